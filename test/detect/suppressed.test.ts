/**
 * Goal: what a person suppressed is stored and counted, calls nobody and starts no playbook; nothing else is hidden by it.
 * Method: a detector that speaks of everything goes through the engine under a book that says what is suppressed.
 */
import { describe, expect, test } from "@jest/globals";
import { ControlRecord } from "../../schemas/index.ts";
import type { AttributedAction } from "../support/actions.ts";
import { builtAtUs, judgedWith } from "../support/build.ts";
import { bookSaying, loud, suppressed } from "../support/loud.ts";
import { Engine, type PlainStepped } from "../support/stepped.ts";

const dayUs = 86_400_000_000;
const act = (offset: number, parts: Partial<AttributedAction> = {}) =>
  judgedWith(offset, { operation: "mail.send", startedAtUs: builtAtUs + 1000 + offset, ...parts });
const mail = { identity: "agent:*", operation: "mail.*" };

function run(
  log: readonly ReturnType<typeof act>[],
  records: readonly ControlRecord[],
  detector = loud(),
): PlainStepped {
  return new Engine([detector], undefined, undefined, bookSaying(...records)).step(log);
}

describe("a suppressed finding", () => {
  test("is stored as info with what hid it, in an episode that nobody is called to; the action is noted as ever", () => {
    const { findings, alerts, actions } = run([act(0)], [suppressed({ matcher: mail })]);
    expect(findings).toMatchObject([
      { severity: "info", hidden: { by: "suppression s1", severity: "medium" }, signal: "heard" },
    ]);
    expect(alerts).toEqual([]);
    expect(actions[0]?.signals).toEqual(["loud/heard"]);
  });

  test("is said anew, under another id, once the suppression has ended by the log's time, whatever the sender's", () => {
    const old = act(2 * dayUs, { startedAtUs: builtAtUs + 1000 });
    const later = { ...old, position: { ...old.position, atMs: (builtAtUs + 2 * dayUs) / 1000 } };
    const { findings } = run([act(0), act(1), later], [suppressed({ matcher: mail })], loud({}, true));
    expect(findings.map(({ hidden }) => hidden?.by)).toEqual(["suppression s1", undefined]);
    expect(new Set(findings.map(({ id }) => id)).size).toBe(2);
  });

  test("opens no episode that a later finding would join unheard", () => {
    const { alerts } = run([act(0), act(1, { operation: "files.read" })], [suppressed({ matcher: mail })]);
    expect(alerts).toHaveLength(1);
  });

  test("starts no playbook", () => {
    const playbook = ControlRecord.parse({
      kind: "playbook_given",
      tenant: "default",
      author: "user:ana",
      atUs: 1,
      playbook: { id: "stop", on: { rules: ["loud"], minSeverity: "info" }, do: "pause" },
    });
    expect(run([act(0)], [playbook]).responses).toHaveLength(1);
    expect(run([act(0)], [playbook, suppressed({ matcher: mail })]).responses).toEqual([]);
  });
});

describe("a suppression hides nothing", () => {
  const resources = [
    { id: "crm/a", kind: "db_table", origin: "" },
    { id: "vault/b", kind: "secret", origin: "" },
  ];
  test.each<{ name: string; record: ControlRecord; parts?: Partial<AttributedAction> }>([
    { name: "of another rule", record: suppressed({ matcher: { rule: "first-use", identity: "agent:*" } }) },
    { name: "of another signal", record: suppressed({ matcher: { signal: "seen", identity: "agent:*" } }) },
    { name: "of another identity", record: suppressed({ matcher: { rule: "loud", identity: "agent:x" } }) },
    { name: "of another operation", record: suppressed({ matcher: { rule: "loud", operation: "files.*" } }) },
    {
      name: "where only some resources fit",
      record: suppressed({ matcher: { rule: "loud", resource: "crm/*" } }),
      parts: { resources },
    },
    {
      name: "where there is no resource",
      record: suppressed({ matcher: { rule: "loud", resource: "crm/*" } }),
    },
    {
      name: "of a name that tricks its pattern",
      record: suppressed({ matcher: { rule: "loud", operation: "mail.*" } }),
      parts: { operation: "mail.\u202esend" },
    },
    { name: "before it was set", record: suppressed({ matcher: mail }, builtAtUs + dayUs) },
    { name: "after its end", record: suppressed({ matcher: mail, untilUs: builtAtUs + 1 }) },
    {
      name: "after 90 days, whatever it says",
      record: suppressed({ matcher: mail, untilUs: builtAtUs + 999 * dayUs }, builtAtUs - 90 * dayUs),
    },
    { name: "of another tenant", record: { ...suppressed({ matcher: mail }), tenant: "acme" } },
  ])("$name", ({ record, parts }) => {
    expect(run([act(0, parts)], [record]).findings).toMatchObject([{ severity: "medium" }]);
  });

  test("once it was removed", () => {
    const removed = ControlRecord.parse({
      kind: "suppression_removed",
      tenant: "default",
      author: "user:bo",
      atUs: builtAtUs + 1,
      suppressionId: "s1",
    });
    expect(run([act(0)], [suppressed({ matcher: mail }), removed]).alerts).toHaveLength(1);
  });

  test.each(["paused", "revoked"])("of what people decided about an identity that is %s", (standing) => {
    const stopped = ControlRecord.parse({
      kind: "standing_set",
      tenant: "default",
      author: "user:bo",
      atUs: 1,
      subject: { kind: "identity", id: "agent:triage" },
      standing,
      reason: "stolen",
    });
    const both = [stopped, suppressed({ matcher: mail })];
    expect(run([act(0)], both, loud({ family: "authority" })).findings[0]?.hidden).toBeUndefined();
    expect(run([act(0)], [both[1]!], loud({ family: "authority" })).findings[0]?.hidden).toBeDefined();
  });
});

test.each([{}, { rule: "loud" }, { rule: "loud", identity: "*" }, { identity: "**", operation: "*" }])(
  "a suppression by less than two things is refused: %j",
  (matcher) => {
    expect(ControlRecord.safeParse(suppressed({ matcher })).success).toBe(false);
  },
);

test("of an identity that hardly anything is known of, what its habit says is one less severe and marked so", () => {
  const of = (family: "behaviour" | "authority") => run([act(0)], [], loud({ family })).findings[0];
  expect(of("behaviour")).toMatchObject({ severity: "medium", confidence: "cold_start" });
  expect(of("authority")).toMatchObject({ severity: "high", confidence: "full" });
});
