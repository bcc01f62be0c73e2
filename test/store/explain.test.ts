/**
 * Goal: an explanation says what is true: what was normal, which past session is nearest and how they part, what happened around,
 * and whether the numbers still stand.
 * Method: an identity with a habit, one odd session and a neighbour that must not show go through the engine into ClickHouse; what
 * the explanation says is counted by hand. Then rows are deleted, and SQL is broken.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { detectors } from "../../detector/detect/index.ts";
import { detectStore } from "../../detector/store/detect-store.ts";
import { type StoreReader, storeReader } from "../../detector/store/read.ts";
import { Baseline, Explanation, type Finding } from "../../schemas/index.ts";
import { type AttributedAction, judgedOf } from "../support/actions.ts";
import { builtAtUs, findingWith, judgedWith } from "../support/build.ts";
import { countsWith, planWith, progressAfter } from "../support/chunks.ts";
import { Engine, type PlainStepped } from "../support/stepped.ts";
import { type FreshStore, freshStore } from "../support/store.ts";

const partition = { topic: "nhi.spans", partition: 0 };
const hourUs = 3_600_000_000;
const identityId = "agent:o'brien\n\u001B[2J";
const read = (id: string) => ({
  operation: "file.read",
  kind: "resource_access" as const,
  resources: [{ id, kind: "file", origin: "prompt" }],
});
const send = (id: string, origin: string) => ({
  operation: "mail.send",
  mutating: true,
  resources: [{ id, kind: "mail", origin }],
});

/** Twelve days: each hour a session that reads one of two files and, every fourth, mails its owner. Then one that pays a stranger. */
function log() {
  const acts: Partial<AttributedAction>[] = [];
  for (let hour = 0; hour < 288; hour += 1) {
    const at = { startedAtUs: builtAtUs + hour * hourUs, sessionId: `hour ${String(hour)}` };
    acts.push({ ...read(hour % 3 === 0 ? "plan" : "notes"), ...at });
    acts.push({ kind: "model_call", operation: "chat", ...at, startedAtUs: at.startedAtUs + 1 });
    if (hour % 4 === 0) acts.push({ ...send("owner", "prompt"), ...at, startedAtUs: at.startedAtUs + 2 });
  }
  const odd = { sessionId: "odd", startedAtUs: builtAtUs + 300 * hourUs };
  acts.push({ ...read("plan"), ...odd });
  acts.push({ kind: "model_call", operation: "chat", ...odd, startedAtUs: odd.startedAtUs + 1 });
  acts.push({
    operation: "pay",
    mutating: true,
    resources: [{ id: "stranger", kind: "account", origin: "tool:file.read" }],
    network: "10.0.0.7",
    ...odd,
    startedAtUs: odd.startedAtUs + 2,
  });
  acts.push({ ...send("owner", "prompt"), ...odd, startedAtUs: odd.startedAtUs + 3 });
  const neighbour = { identityId: "agent:neighbour", sessionId: "odd", startedAtUs: odd.startedAtUs + 2 };
  return [
    ...acts.map((act, nth) => judgedWith(nth, { identityId, ...act })),
    judgedWith(5000, { operation: "pay", ...neighbour }),
    judgedWith(5001, { operation: "pay", ...neighbour, tenant: "other", identityId }),
  ];
}

let store: FreshStore;
let reader: StoreReader;
let stepped: PlainStepped;
let finding: Finding;
beforeAll(async () => {
  store = await freshStore();
  const engine = new Engine(detectors);
  stepped = engine.step(log());
  const { actions, findings } = stepped;
  const rows = { actions: judgedOf(actions), findings, alerts: [], responses: [] };
  await detectStore(store.database, "one").write(partition, planWith(0, 6000), rows);
  const plan = planWith(0, 6000);
  const checkpoint = { plan, generation: 1, counts: countsWith(), progress: progressAfter(plan) };
  await detectStore(store.database, "one").save(partition, { ...checkpoint, states: engine.packed() });
  reader = storeReader(store.database, store.name);
  const found = await reader.findings({ tenant: "default", identityId, limit: 100 });
  finding = found.find(({ rule, why }) => rule === "first-use" && why["key"] === "operation")!;
}, 60_000);
afterAll(() => store.drop());

describe("the explanation of a first use", () => {
  let why: Explanation;
  beforeAll(async () => {
    why = await reader.why(finding);
  });

  test("is of the form that the contract says", () => {
    expect(Explanation.parse(why)).toEqual(why);
  });

  test("says what was normal: the past before the action, of its kind as the operation is new", () => {
    expect(why.normal).toMatchObject({
      actions: 288 + 288 + 72 + 2,
      sessions: 289,
      sinceUs: builtAtUs,
      isCut: false,
      place: "kind",
    });
    const usual = new Map(why.normal?.usual.map((one) => [one.aspect, one]));
    expect(usual.get("operation")).toEqual({
      aspect: "operation",
      here: [{ value: "pay", actions: 0, found: 0 }],
      most: [
        { value: "file.read", actions: 289, found: expect.any(Number) },
        { value: "chat", actions: 289, found: 0 },
        { value: "mail.send", actions: 72, found: 0 },
      ].toSorted((a, b) => b.actions - a.actions || (a.value < b.value ? -1 : 1)),
    });
    expect(usual.get("resource")).toEqual({
      aspect: "resource",
      here: [{ value: "stranger", actions: 0, found: 0 }],
      most: [{ value: "owner", actions: 72, found: 0 }],
    });
    expect(usual.get("origin")).toMatchObject({
      here: [{ value: "tool:file.read", actions: 0 }],
      most: [{ value: "prompt", actions: 72 }],
    });
    expect(usual.get("network")).toMatchObject({ here: [{ value: "10.0.0.7", actions: 0 }], most: [] });
  });

  test("names the latest of the sessions that are most alike, and where they part, model calls left out", () => {
    expect(why.nearest).toEqual({
      sessionId: "hour 284",
      startedAtUs: builtAtUs + 284 * hourUs,
      actions: 2,
      found: 0,
      // 5 of the 8 things that either has: two operations, two kinds, an origin.
      likeness: 5 / 8,
      compared: 288,
      onlyHere: ["does pay", "on account", "value from tool:file.read"],
      onlyThere: [],
      firstDifference: {
        step: 2,
        here: "pay (account from tool:file.read)",
        there: "mail.send (mail from prompt)",
      },
    });
  });

  test("shows the session in order, of this identity and tenant alone, the cited action marked", () => {
    expect(why.sessionActions).toBe(4);
    expect(why.timeline.map(({ place, operation, isCited }) => ({ place, operation, isCited }))).toEqual([
      { place: 1, operation: "file.read", isCited: false },
      { place: 2, operation: "chat", isCited: false },
      { place: 3, operation: "pay", isCited: true },
      { place: 4, operation: "mail.send", isCited: false },
    ]);
    expect(why.timeline[2]).toMatchObject({
      id: finding.actionIds[0],
      resources: [{ id: "stranger", kind: "account", origin: "tool:file.read" }],
      authority: "no_grant",
      signals: expect.arrayContaining(["first-use/operation"]),
    });
  });

  test("runs its SQL, which gives its numbers", () => {
    expect(why.recount).toEqual({
      isEqual: true,
      numbers: Object.entries(finding.why).map(([name, told]) => ({ name, told, now: told, isEqual: true })),
      problem: "",
      reasons: [],
    });
  });
});

test("what is known of an identity says how much, what it usually does, and what was found", async () => {
  const baseline = await reader.baseline("default", identityId);
  expect(Baseline.parse(baseline)).toEqual(baseline);
  expect(baseline).toMatchObject({
    actions: 652,
    activeDays: 13,
    sessions: 4,
    gateOpen: true,
    firstAtUs: builtAtUs,
    lastAtUs: builtAtUs + 300 * hourUs + 3,
    isCut: false,
    riskiest: expect.arrayContaining([expect.objectContaining({ sessionId: "odd" })]),
  });
  const usual = new Map(baseline?.usual.map((one) => [one.aspect, one.most]));
  expect(usual.get("origin")?.map(({ value, actions }) => [value, actions])).toEqual([
    ["prompt", 289 + 73],
    ["tool:file.read", 1],
  ]);
  expect(usual.get("hour")).toHaveLength(6);
  const ofIdentity = stepped.findings.filter(
    (one) => one.identityId === identityId && one.tenant === "default",
  );
  const bySeverity = Object.values(baseline?.severities ?? {}).reduce((sum, count) => sum + count, 0);
  expect(bySeverity).toBe(ofIdentity.length);
  expect(await reader.baseline("default", "agent:nobody")).toBeUndefined();
  expect(await reader.baseline("nobody", identityId)).toBeUndefined();
});

test("a session of thousands of actions is shown around the cited ones, and only so much", async () => {
  const startedAtUs = builtAtUs + 500 * hourUs;
  const acts = Array.from({ length: 3000 }, (_, nth) =>
    judgedWith(10_000 + nth, {
      identityId: "agent:long",
      sessionId: "long",
      startedAtUs: startedAtUs + nth * 1000,
      ...(nth === 2000 ? { operation: "odd" } : {}),
    }),
  );
  const { actions } = new Engine([]).step(acts);
  const rows = { actions: judgedOf(actions), findings: [], alerts: [], responses: [] };
  await detectStore(store.database, "two").write(partition, planWith(6000, 20_000), rows);
  const cited = actions.find(({ operation }) => operation === "odd")!;
  const { timeline, sessionActions } = await reader.why(
    findingWith({ identityId: "agent:long", sessionId: "long", actionIds: [cited.id] }),
  );
  expect(sessionActions).toBe(3000);
  expect(timeline.map(({ place }) => place)).toEqual(Array.from({ length: 11 }, (_, nth) => 1996 + nth));
});

describe("a finding", () => {
  test("that cites nothing is told of by its numbers alone", async () => {
    const why = await reader.why(findingWith({ actionIds: [], sql: "SELECT 'outside_scope' AS outcome" }));
    expect(why).toMatchObject({ normal: null, nearest: null, timeline: [], recount: { isEqual: true } });
  });

  test.each([
    { name: "gives something else", sql: "SELECT 'revoked' AS outcome", now: "revoked" },
    { name: "gives nothing", sql: "SELECT 'x' AS outcome WHERE false", now: null },
  ])("whose SQL $name says so", async ({ sql, now }) => {
    const { recount } = await reader.why(findingWith({ actionIds: [], sql }));
    expect(recount).toMatchObject({
      isEqual: false,
      numbers: [{ name: "outcome", told: "outside_scope", now, isEqual: false }],
      reasons: ["rows that it counts were changed, or arrived, since the finding was made"],
    });
  });

  test.each([
    { name: "is broken", sql: "SELECT nothing FROM nowhere" },
    { name: "would change something", sql: "DROP TABLE actions" },
    { name: "would be two", sql: "SELECT 1; DROP TABLE actions" },
  ])("whose SQL $name is told of with what the server says of it", async ({ sql }) => {
    const { recount } = await reader.why(findingWith({ actionIds: [], sql }));
    expect(recount).toMatchObject({ isEqual: false, problem: expect.stringMatching(/^ClickHouse refused/u) });
    expect(await store.database.query("SELECT count() > 0 AS there FROM actions")).toEqual([{ there: 1 }]);
  });

  test("whose past was deleted says that its numbers differ, and why", async () => {
    await store.database.command(
      `ALTER TABLE actions DELETE WHERE session_id IN ('odd', 'hour 0', 'hour 1') SETTINGS mutations_sync = 1`,
    );
    const { recount, cited, normal } = await reader.why(finding);
    expect({ cited, normal }).toEqual({ cited: 0, normal: null });
    expect(recount.isEqual).toBe(false);
    expect(recount.numbers).toContainEqual({ name: "actions", told: 650, now: 643, isEqual: false });
    expect(recount.reasons).toEqual([
      "0 of the 1 actions that it cites are stored: the others were deleted, as retention does",
      "643 of the 652 actions that the identity was learned from are stored: the others were deleted, as retention does",
    ]);
  });
});
