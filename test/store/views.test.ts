/**
 * Goal: what analysts read is right.
 * Method: one small story is written through the store's own doors, and each view is asked for what it says of it.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { actionId } from "../../detector/attribute/ids.ts";
import { detectors } from "../../detector/detect/index.ts";
import { step, stateKey } from "../../detector/detect/step.ts";
import { packState } from "../../detector/learn/identity-state.ts";
import { storeGrants } from "../../detector/store/control-log.ts";
import { deadLetterTable } from "../../detector/store/dead-letters.ts";
import { detectStore } from "../../detector/store/detect-store.ts";
import { storeReader } from "../../detector/store/read.ts";
import type { Authority, ControlRecord } from "../../schemas/index.ts";
import { actionWith, builtAtUs, findingWith, grantWith, judgedWith, spanIdOf, storedWith } from "../support/build.ts";
import { type FreshStore, freshStore } from "../support/store.ts";

const partition = { topic: "nhi.spans", partition: 0 };
const minuteUs = 60_000_000;
const granted: Authority = { outcome: "granted", grantId: "grant-1", approver: "user:ana@acme.example", policyId: "support-agents", policyVersion: "14" };
const path = ["user:ana@acme.example", "agent:boss", "agent:triage"];
const chainId = "chain-1";

/** A person has an agent delegate a call: granted and approved, then a second one that nobody allowed. */
const asked = storedWith(0, { chainId, path, authority: granted, approvalId: "approval-1", operation: "tickets.open", resources: [{ id: "crm/eu", kind: "db", origin: "prompt" }], decision: { verdict: "ask", outcome: "asked", reason: "mutating" } });
const sent = storedWith(1, {
  chainId,
  path,
  startedAtUs: builtAtUs + minuteUs,
  endedAtUs: builtAtUs + 3 * minuteUs,
  authority: { ...granted, outcome: "outside_scope" },
  operation: "mail.send",
  resources: [{ id: "list/all", kind: "mail", origin: "tool:x" }, { id: "crm/eu", kind: "db", origin: "prompt" }],
  decision: { verdict: "deny", outcome: "blocked" },
  status: "denied",
});
const elsewhere = storedWith(2, { chainId: "chain-2", tenant: "acme", path: ["agent:triage"] });
const findings = [
  findingWith({ id: "1".repeat(32), chainId, actionIds: [sent.id], severity: "medium", atUs: builtAtUs + minuteUs, title: "first" }),
  findingWith({ id: "2".repeat(32), chainId, actionIds: [sent.id], severity: "critical", atUs: builtAtUs + 2 * minuteUs, title: "second", rule: "first-use" }),
  findingWith({ id: "3".repeat(32), chainId, actionIds: [sent.id], severity: "low", atUs: builtAtUs + 3 * minuteUs, title: "third" }),
  findingWith({ id: "4".repeat(32), chainId: "chain-2", tenant: "acme", actionIds: [elsewhere.id] }),
];

let store: FreshStore;
const rowsOf = async (query: string): Promise<readonly unknown[]> => store.database.query(query);

beforeAll(async () => {
  store = await freshStore();
  await detectStore(store.database, "one").write(partition, { from: 0, next: 3, control: 0 }, { actions: [asked, sent, elsewhere], findings, alerts: [] });
});
afterAll(() => store.drop());

test("v_actions shows an action once, whole, with its main resource in columns of their own", async () => {
  await detectStore(store.database, "one").write(partition, { from: 3, next: 4, control: 0 }, { actions: [sent], findings: [], alerts: [] });
  expect(await rowsOf(`SELECT action_id, resource_id, resource_kind, resource_origin, resource_ids, path, mutating, toUnixTimestamp64Micro(started_at) AS at FROM v_actions WHERE chain_id = '${chainId}' ORDER BY started_at`)).toEqual([
    { action_id: asked.id, resource_id: "crm/eu", resource_kind: "db", resource_origin: "prompt", resource_ids: ["crm/eu"], path, mutating: false, at: asked.startedAtUs },
    { action_id: sent.id, resource_id: "list/all", resource_kind: "mail", resource_origin: "tool:x", resource_ids: ["list/all", "crm/eu"], path, mutating: false, at: sent.startedAtUs },
  ]);
});

test("v_episodes joins findings, with the highest severity, the first title and both ends", async () => {
  expect(await rowsOf("SELECT severity, findings, arraySort(rules) AS rules, first_title, toUnixTimestamp64Micro(started_at) AS started, toUnixTimestamp64Micro(ended_at) AS ended FROM v_episodes WHERE tenant = 'default'")).toEqual([
    { severity: "critical", findings: 3, rules: ["first-use", "outside-grant"], first_title: "first", started: builtAtUs + minuteUs, ended: builtAtUs + 3 * minuteUs },
  ]);
});

test("v_decisions shows what guards said, and nothing of actions without a guard", async () => {
  expect(await rowsOf("SELECT operation, verdict, outcome, reason, status FROM v_decisions ORDER BY started_at")).toEqual([
    { operation: "tickets.open", verdict: "ask", outcome: "asked", reason: "mutating", status: "ok" },
    { operation: "mail.send", verdict: "deny", outcome: "blocked", reason: "", status: "denied" },
  ]);
});

describe("v_grants", () => {
  const common = { tenant: "default", author: "user:ana@acme.example" };
  const at = (minute: number): number => builtAtUs + minute * minuteUs;
  const iso = (minute: number): string => new Date(at(minute) / 1000).toISOString();
  const given = (id: string, minute: number, window: { from?: string; until?: string } = {}, version = "1"): ControlRecord => ({ kind: "grant_given", ...common, atUs: at(minute), grant: grantWith({ id, window, policy: { id: "p", version } }) });
  const revoked = (id: string, minute: number): ControlRecord => ({ kind: "grant_revoked", ...common, atUs: at(minute), grantId: id });
  const log = [
    given("plain", 0),
    given("late", 60, { from: iso(0), until: iso(90) }),
    given("ever", 0, { from: "2026-03-02T11:00:00+02:00", until: "9999-12-31T23:59:59Z" }),
    given("ahead", 0, { from: iso(60) }),
    given("taken", 0),
    revoked("taken", 30),
    given("again", 0, {}, "1"),
    revoked("again", 10),
    given("again", 20, {}, "2"),
  ];
  const entries = log.map((record, position) => ({ position, record }));
  const nothing = { late: 0, from: at(0), until: null, revoked: null, version: "1", versions: 1 };

  beforeAll(async () => {
    await storeGrants(store.database, entries);
    await storeGrants(store.database, entries.slice(2));
  });

  test.each([
    { name: "counts from when it was given", id: "plain", is: nothing },
    { name: "given after its effective time is noted as late", id: "late", is: { ...nothing, late: 1, until: at(90) } },
    { name: "may last longer than can be counted", id: "ever", is: { ...nothing, from: at(0), until: Number.MAX_SAFE_INTEGER } },
    { name: "given ahead of its effective time is not", id: "ahead", is: { ...nothing, from: at(60) } },
    { name: "taken back says when", id: "taken", is: { ...nothing, revoked: at(30) } },
    { name: "given again after that stands, in its newest version", id: "again", is: { ...nothing, from: at(20), version: "2", versions: 2 } },
  ])("a grant $name", async ({ id, is }) => {
    expect(await rowsOf(`SELECT toUInt8(arrived_late) AS late, toUnixTimestamp64Micro(effective_from) AS from, toUnixTimestamp64Micro(effective_until) AS until, toUnixTimestamp64Micro(revoked_at) AS revoked, policy_version AS version, versions FROM v_grants WHERE grant_id = '${id}'`)).toEqual([is]);
  });
});

describe("a chain", () => {
  test("has its links in the order of the story, each on one that is there", async () => {
    const chain = await storeReader(store.database, store.name).chain("default", chainId);
    expect(chain?.links.map(({ kind, id, parent }) => [kind, id, parent])).toEqual([
      ["approval", "approval-1", ""],
      ["grant", "grant-1", "approval-1"],
      ["principal", path[0], "grant-1"],
      ["delegate", path[1], path[0]],
      ["delegate", path[2], path[1]],
      ["action", asked.id, path[2]],
      ["action", sent.id, path[2]],
      ["resource", "crm/eu", asked.id],
      ["resource", "crm/eu", sent.id],
      ["resource", "list/all", sent.id],
      ["finding", "1".repeat(32), sent.id],
      ["finding", "2".repeat(32), sent.id],
      ["finding", "3".repeat(32), sent.id],
    ]);
    expect(chain).toMatchObject({ id: chainId, tenant: "default", startedAtUs: asked.startedAtUs, endedAtUs: sent.endedAtUs });
    expect(chain?.links.find((one) => one.kind === "grant")?.detail).toEqual({ approver: granted.approver, policy: "support-agents v14" });
  });

  test("of another tenant is none, and so is one never heard of", async () => {
    const reader = storeReader(store.database, store.name);
    expect([await reader.chain("acme", chainId), await reader.chain("default", "chain-9")]).toEqual([undefined, undefined]);
  });

  test("is summed up in v_chains", async () => {
    expect(await rowsOf(`SELECT principal, identities, approvers, grants, actions, ungranted_actions, arraySort(resources) AS resources FROM v_chains WHERE tenant = 'default' AND chain_id = '${chainId}'`)).toEqual([
      { principal: path[0], identities: ["agent:triage"], approvers: [granted.approver], grants: ["grant-1"], actions: 2, ungranted_actions: 1, resources: ["crm/eu", "list/all"] },
    ]);
  });
});

test("v_audit sums every chunk once, whatever was saved again", async () => {
  const other = { topic: "nhi.spans", partition: 5 };
  const detector = detectStore(store.database, "one");
  const { generation } = await detector.claim(other);
  const chunk = (from: number, next: number, spans: number): Parameters<typeof detector.save>[1] => ({
    plan: { from, next, control: 0 },
    generation,
    counts: { records: next - from, spans, actions: spans - 3, noAction: 1, duplicates: 1, deadLettered: 1, findings: 0 },
    states: new Map(),
  });
  for (const one of [chunk(10, 15, 100), chunk(15, 16, 7), chunk(15, 16, 7)]) await detector.save(other, one);
  expect(await rowsOf("SELECT chunks, first_offset, next_offset, records, spans, actions, no_action, duplicates, dead_lettered FROM v_audit WHERE partition = 5")).toEqual([
    { chunks: 2, first_offset: 10, next_offset: 16, records: 6, spans: 107, actions: 101, no_action: 2, duplicates: 2, dead_lettered: 2 },
  ]);
});

test("v_baselines says what is known of each identity", async () => {
  const log = Array.from({ length: 50 }, (_, n) => judgedWith(n, { tenant: "acme", startedAtUs: builtAtUs + n * 3_600_000_000, sessionId: `s${n % 4}` }));
  const { changed } = step(new Map(), log, detectors);
  const states = new Map([...changed].map(([key, state]) => [key, packState(state)]));
  const counts = { records: 50, spans: 50, actions: 50, noAction: 0, duplicates: 0, deadLettered: 0, findings: 0 };
  const detector = detectStore(store.database, "one");
  const { generation } = await detector.claim(partition);
  await detector.save(partition, { plan: { from: 0, next: 50, control: 0 }, generation, counts, states });
  expect(await rowsOf("SELECT tenant, identity_id, actions, active_days, sessions, state_bytes FROM v_baselines")).toEqual([
    { tenant: "acme", identity_id: "agent:triage", actions: 50, active_days: 3, sessions: 4, state_bytes: Buffer.byteLength(states.get(stateKey({ tenant: "acme", identityId: "agent:triage" })) ?? "") },
  ]);
});

test("v_dead_letters shows a letter once", async () => {
  const letter = { ...partition, offset: 9, index: -1, reason: "malformed", message: "it ends too early", bytes: 12, tenant: "default", source: "ci", atMs: builtAtUs / 1000 };
  const letters = deadLetterTable(store.database);
  await letters.put([letter, { ...letter, index: 2 }]);
  await letters.put([letter]);
  expect(await rowsOf("SELECT record_index, reason, message, bytes, source FROM v_dead_letters ORDER BY record_index")).toEqual(
    [-1, 2].map((index) => ({ record_index: index, reason: "malformed", message: "it ends too early", bytes: 12, source: "ci" })),
  );
});

test("an instant beyond what is exact is stored as the last one that is", async () => {
  const far = storedWith(7, { chainId: "far", startedAtUs: 99_999_999_999_999_000, endedAtUs: 99_999_999_999_999_000, clockSuspect: true });
  const early = storedWith(8, { chainId: "far", startedAtUs: 0, endedAtUs: 1 });
  await detectStore(store.database, "one").write(partition, { from: 4, next: 5, control: 0 }, { actions: [far, early], findings: [], alerts: [] });
  expect(await rowsOf("SELECT toString(started_at) AS at FROM v_actions WHERE chain_id = 'far' ORDER BY started_at")).toEqual([{ at: "1970-01-01 00:00:00.000000" }, { at: "2255-06-05 23:47:34.740991" }]);
});

test("ids of parents lead from an action to its parent", () => {
  const child = actionWith({ spanId: spanIdOf(2), parentId: actionId("1".repeat(32), spanIdOf(1), "end") });
  expect(child.parentId).toBe(actionWith({ spanId: spanIdOf(1) }).id);
});
