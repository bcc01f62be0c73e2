/** Goal: an explanation reads well in a terminal, and nothing in it, whoever wrote it, is obeyed by the terminal. */
import { expect, test } from "@jest/globals";
import { baselineText, whyText } from "../../detector/cli/why-text.ts";
import type { Baseline, Explanation } from "../../schemas/index.ts";
import { builtAtUs, findingWith } from "../support/build.ts";

/** With texts that clear the screen, turn the direction of writing, and go on for a line. */
const evil = (text: string): string => `${text}\u001B[2J\u202E\n\u0007${text}`;

function explanationWith(dirty: (text: string) => string): Explanation {
  const counted = (value: string, actions: number, found = 0) => ({ value: dirty(value), actions, found });
  return {
    finding: findingWith({
      title: dirty("title"),
      identityId: dirty("agent:x"),
      sessionId: dirty("s"),
      chainId: dirty("c"),
      tenant: dirty("acme"),
      why: { outcome: dirty("outside"), [dirty("count")]: 3 },
      sql: dirty("SELECT 1"),
      hint: "abuse",
      hintWhy: [dirty("abuse: a value from a tool")],
      changes: [dirty("model 1 → 2")],
      evidence: ["novelty", "lineage"],
      confidence: "cold_start",
    }),
    cited: 1,
    normal: {
      actions: 12,
      sessions: 3,
      sinceUs: builtAtUs,
      isCut: true,
      place: "operation",
      usual: [
        { aspect: "operation", here: [counted("pay", 0)], most: [counted("read", 9), counted("chat", 3)] },
        { aspect: "resource", here: [counted("stranger", 4, 4)], most: [counted("owner", 8)] },
        { aspect: "network", here: [], most: [] },
      ],
    },
    nearest: {
      sessionId: dirty("past"),
      startedAtUs: builtAtUs,
      actions: 7,
      found: 2,
      likeness: 0.625,
      compared: 3,
      onlyHere: [dirty("does pay")],
      onlyThere: [],
      firstDifference: { step: 4, here: dirty("pay (account)"), there: "" },
    },
    timeline: [
      {
        id: "1".repeat(32),
        sessionId: dirty("s"),
        place: 5,
        startedAtUs: builtAtUs,
        phase: "end",
        kind: "tool_call",
        operation: dirty("pay"),
        resources: [{ id: dirty("stranger"), kind: "account", origin: dirty("tool:read") }],
        status: "ok",
        authority: "granted",
        signals: [dirty("rule/name")],
        score: 6.25,
        isCited: true,
      },
    ],
    sessionActions: 9,
    recount: {
      isEqual: false,
      numbers: [
        { name: dirty("count"), told: 3, now: 2, isEqual: false },
        { name: "outcome", told: dirty("outside"), now: null, isEqual: false },
      ],
      problem: "",
      reasons: [dirty("deleted")],
    },
  };
}

test("an explanation says it in lines that can be read", () => {
  const text = whyText(explanationWith((one) => one));
  for (const line of [
    "  rests on novelty, lineage (cold_start: little is known of the identity itself)",
    "  looks like abuse",
    "    abuse: a value from a tool",
    "  changed lately: model 1 → 2",
    "  run now, that query gives other numbers",
    "    count          told 3, now 2",
    "    outcome        told outside, now nothing",
    "    deleted",
    "  what would have been normal: the latest 12 actions in 3 sessions since 2026-03-02 09:00:00",
    "    operation      pay never before; usually read 9, chat 3",
    "    resource       stranger 4 before, each in a finding; usually owner 8",
    "  nearest of 3 past sessions: past of 2026-03-02 09:00:00, 7 actions, 2 of them in a finding, 63 % alike",
    "    they part at step 4: here pay (account), there it had ended",
    "    only here: does pay",
    "  what happened, 1 of 9 actions of the session",
    "  ▶    5  09:00:00  tool_call pay → stranger (from tool:read)  [granted]  rule/name 6.3 bits",
  ])
    expect(text.split("\n")).toContain(line);
  expect(text).not.toContain("network");
});

test("nothing that a terminal would obey is printed", () => {
  const clean = whyText(explanationWith((one) => one));
  const dirty = whyText(explanationWith(evil));
  expect(dirty).not.toMatch(/[^\P{C}\n]/u);
  // Nor does any of it begin a line of its own.
  expect(dirty.split("\n")).toHaveLength(clean.split("\n").length);
});

test("what goes on for pages is cut", () => {
  const text = whyText(explanationWith((one) => one.repeat(1000)));
  const shown = text.slice(text.indexOf("  run now"));
  expect(Math.max(...shown.split("\n").map((line) => line.length))).toBeLessThan(10_000);
});

test.each([
  { recount: { isEqual: true, numbers: [], problem: "", reasons: [] }, says: "gives the same numbers" },
  {
    recount: { isEqual: false, numbers: [], problem: "ClickHouse refused (code 60): no", reasons: [] },
    says: "that query fails: ClickHouse refused (code 60): no",
  },
])("a recount $says", ({ recount, says }) => {
  expect(whyText({ ...explanationWith((one) => one), recount })).toContain(says);
});

test("a finding of which nothing is stored any more says so, one that cites nothing says nothing of it", () => {
  const bare = { ...explanationWith((one) => one), normal: null, nearest: null, timeline: [] };
  const gone = "what would have been normal can't be told: no action that it cites is stored any more";
  expect(whyText({ ...bare, cited: 0 })).toContain(gone);
  const without = { ...bare, cited: 0, finding: findingWith({ actionIds: [] }) };
  expect(whyText(without)).not.toContain("normal");
});

test("what is known of an identity, whoever named it, is as safe", () => {
  const baseline = (dirty: (text: string) => string): Baseline => ({
    identityId: dirty("agent:x"),
    tenant: dirty("acme"),
    actions: 300,
    activeDays: 9,
    sessions: 4,
    gateOpen: true,
    stateBytes: 900,
    firstAtUs: builtAtUs,
    lastAtUs: builtAtUs,
    isCut: false,
    usual: [{ aspect: "operation", here: [], most: [{ value: dirty("read"), actions: 9, found: 0 }] }],
    severities: { medium: 2, high: 1 },
    riskiest: [{ sessionId: dirty("s"), startedAtUs: builtAtUs, findings: 2, score: 6.5 }],
    findings: [findingWith({ title: dirty("title"), identityId: dirty("agent:x") })],
  });
  const clean = baselineText(baseline((one) => one)).split("\n");
  for (const line of [
    "  evidence  enough for findings of behaviour",
    "    operation      read 9",
    "  found     2 medium, 1 high",
    "    session s of 2026-03-02 09:00:00: 2 findings, 6.5 bits",
  ])
    expect(clean).toContain(line);
  const dirty = baselineText(baseline(evil));
  expect(dirty).not.toMatch(/[^\P{C}\n]/u);
  expect(dirty.split("\n")).toHaveLength(clean.length);
});
