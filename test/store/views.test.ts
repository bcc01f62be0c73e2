/**
 * Goal: what analysts read is right.
 * Method: one small story is written through the store's own doors, and each view is asked for what it says of it.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { detectStore } from "../../detector/store/detect-store.ts";
import { storeReader } from "../../detector/store/read.ts";
import type { Authority } from "../../schemas/index.ts";
import { judgedOf } from "../support/actions.ts";
import { planWith } from "../support/chunks.ts";
import { builtAtUs, findingWith, storedWith } from "../support/build.ts";
import { type FreshStore, freshStore } from "../support/store.ts";

const partition = { topic: "nhi.spans", partition: 0 };
const minuteUs = 60_000_000;
const granted: Authority = {
  outcome: "granted",
  grantId: "grant-1",
  approver: "user:ana@acme.example",
  approvalId: "approval-1",
  policyId: "support-agents",
  policyVersion: "14",
};
const path = ["user:ana@acme.example", "agent:boss", "agent:triage"];
const chainId = "chain-1";

/** A person has an agent delegate a call: granted and approved, then a second one that nobody allowed. */
const asked = storedWith(0, {
  chainId,
  path,
  authority: granted,
  claimedApprovalId: "approval-9",
  operation: "tickets.open",
  resources: [{ id: "crm/eu", kind: "db", origin: "prompt" }],
  decision: { verdict: "ask", outcome: "asked", reason: "mutating" },
});
const sent = storedWith(1, {
  chainId,
  path,
  startedAtUs: builtAtUs + minuteUs,
  endedAtUs: builtAtUs + 3 * minuteUs,
  authority: { ...granted, outcome: "outside_scope" },
  operation: "mail.send",
  resources: [
    { id: "list/all", kind: "mail", origin: "tool:x" },
    { id: "crm/eu", kind: "db", origin: "prompt" },
  ],
  decision: { verdict: "deny", outcome: "blocked" },
  status: "denied",
});
const elsewhere = storedWith(2, { chainId: "chain-2", tenant: "acme", path: ["agent:triage"] });
const findings = [
  findingWith({
    id: "1".repeat(32),
    chainId,
    actionIds: [sent.id],
    severity: "medium",
    atUs: builtAtUs + minuteUs,
    title: "first",
  }),
  findingWith({
    id: "2".repeat(32),
    chainId,
    actionIds: [sent.id],
    severity: "critical",
    atUs: builtAtUs + 2 * minuteUs,
    title: "second",
    rule: "first-use",
  }),
  findingWith({
    id: "3".repeat(32),
    chainId,
    actionIds: [sent.id],
    severity: "low",
    atUs: builtAtUs + 3 * minuteUs,
    title: "third",
  }),
  findingWith({ id: "4".repeat(32), chainId: "chain-2", tenant: "acme", actionIds: [elsewhere.id] }),
];

let store: FreshStore;
const rowsOf = async (query: string): Promise<readonly unknown[]> => store.database.query(query);

beforeAll(async () => {
  store = await freshStore();
  await detectStore(store.database, "one").write(partition, planWith(0, 3), {
    actions: judgedOf([asked, sent, elsewhere]),
    findings,
    alerts: [],
    responses: [],
  });
});
afterAll(() => store.drop());

test("v_actions shows an action once, whole, with its main resource in columns of their own", async () => {
  await detectStore(store.database, "one").write(partition, planWith(3, 4), {
    actions: judgedOf([sent]),
    findings: [],
    alerts: [],
    responses: [],
  });
  expect(
    await rowsOf(
      `SELECT action_id, resource_id, resource_kind, resource_origin, resource_ids, path, mutating, toUnixTimestamp64Micro(started_at) AS at FROM v_actions WHERE chain_id = '${chainId}' ORDER BY started_at`,
    ),
  ).toEqual([
    {
      action_id: asked.id,
      resource_id: "crm/eu",
      resource_kind: "db",
      resource_origin: "prompt",
      resource_ids: ["crm/eu"],
      path,
      mutating: false,
      at: asked.startedAtUs,
    },
    {
      action_id: sent.id,
      resource_id: "list/all",
      resource_kind: "mail",
      resource_origin: "tool:x",
      resource_ids: ["list/all", "crm/eu"],
      path,
      mutating: false,
      at: sent.startedAtUs,
    },
  ]);
});

test("v_episodes joins findings, with the highest severity, the first title and both ends", async () => {
  expect(
    await rowsOf(
      "SELECT severity, findings, arraySort(rules) AS rules, first_title, toUnixTimestamp64Micro(started_at) AS started, toUnixTimestamp64Micro(ended_at) AS ended FROM v_episodes WHERE tenant = 'default'",
    ),
  ).toEqual([
    {
      severity: "critical",
      findings: 3,
      rules: ["first-use", "outside-grant"],
      first_title: "first",
      started: builtAtUs + minuteUs,
      ended: builtAtUs + 3 * minuteUs,
    },
  ]);
});

test("v_decisions shows what guards said, and nothing of actions without a guard", async () => {
  expect(
    await rowsOf("SELECT operation, verdict, outcome, reason, status FROM v_decisions ORDER BY started_at"),
  ).toEqual([
    { operation: "tickets.open", verdict: "ask", outcome: "asked", reason: "mutating", status: "ok" },
    { operation: "mail.send", verdict: "deny", outcome: "blocked", reason: "", status: "denied" },
  ]);
});

test("v_resource_uses says who touched a resource on a day, from when to when, and whether something was changed", async () => {
  expect(
    await rowsOf(
      "SELECT resource_id, identity_id, toUnixTimestamp64Micro(first_at) AS first, toUnixTimestamp64Micro(last_at) AS last, mutated FROM v_resource_uses WHERE tenant = 'default' ORDER BY resource_id",
    ),
  ).toEqual([
    {
      resource_id: "crm/eu",
      identity_id: asked.identityId,
      first: asked.startedAtUs,
      last: sent.startedAtUs,
      mutated: Number(asked.mutating || sent.mutating),
    },
    {
      resource_id: "list/all",
      identity_id: sent.identityId,
      first: sent.startedAtUs,
      last: sent.startedAtUs,
      mutated: Number(sent.mutating),
    },
  ]);
});

test("v_credential_uses says who used a credential first and last, an impossible instant counting as when it came", async () => {
  const used = { tenant: "uses", credentialId: "key-1", startedAtUs: builtAtUs };
  const later = { ...used, startedAtUs: builtAtUs + minuteUs };
  const impossible = { ...used, startedAtUs: builtAtUs + 1e6 * minuteUs, clockSuspect: true };
  const actions = [storedWith(10, used), storedWith(11, later), storedWith(12, impossible)];
  await detectStore(store.database, "one").write(partition, planWith(10, 13), {
    actions: judgedOf(actions),
    findings: [],
    alerts: [],
    responses: [],
  });
  expect(
    await rowsOf(
      "SELECT credential_id, identity_id, toUnixTimestamp64Micro(first_at) AS first, toUnixTimestamp64Micro(last_at) AS last FROM v_credential_uses WHERE tenant = 'uses'",
    ),
  ).toEqual([
    {
      credential_id: "key-1",
      identity_id: actions[0]?.identityId,
      first: builtAtUs,
      last: Math.max(builtAtUs + minuteUs, (actions[2]?.position.atMs ?? 0) * 1000),
    },
  ]);
});

describe("a chain", () => {
  test("has its links in the order of the story, each on one that is there", async () => {
    const chain = await storeReader(store.database, store.name).chain("default", chainId);
    expect(chain?.links.map(({ kind, id, parent }) => [kind, id, parent])).toEqual([
      ["approval", "approval-1", ""],
      ["approval", "approval-9", ""],
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
    expect(chain).toMatchObject({
      id: chainId,
      tenant: "default",
      startedAtUs: asked.startedAtUs,
      endedAtUs: sent.endedAtUs,
    });
    expect(chain?.links.find((one) => one.kind === "grant")?.detail).toEqual({
      approver: granted.approver,
      policy: "support-agents v14",
    });
  });

  test("has one principal, though a delegate of it names no path of its own in another action", async () => {
    const id = "chain-delegate";
    const actions = [
      storedWith(20, { chainId: id, path: ["agent:boss", "agent:triage"], authority: granted }),
      storedWith(21, { chainId: id, path: ["agent:triage"] }),
    ];
    await detectStore(store.database, "one").write(partition, planWith(20, 22), {
      actions: judgedOf(actions),
      findings: [],
      alerts: [],
      responses: [],
    });
    const chain = await storeReader(store.database, store.name).chain("default", id);
    const ofKind = (kind: string): readonly unknown[] =>
      chain?.links.filter((one) => one.kind === kind).map((one) => [one.id, one.parent]) ?? [];
    expect([ofKind("principal"), ofKind("delegate")]).toEqual([
      [["agent:boss", granted.grantId]],
      [["agent:triage", "agent:boss"]],
    ]);
  });

  test("of another tenant is none, and so is one never heard of", async () => {
    const reader = storeReader(store.database, store.name);
    expect([await reader.chain("acme", chainId), await reader.chain("default", "chain-9")]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("is summed up in v_chains", async () => {
    expect(
      await rowsOf(
        `SELECT principal, identities, approvers, grants, actions, ungranted_actions, arraySort(resources) AS resources FROM v_chains WHERE tenant = 'default' AND chain_id = '${chainId}'`,
      ),
    ).toEqual([
      {
        principal: path[0],
        identities: ["agent:triage"],
        approvers: [granted.approver],
        grants: ["grant-1"],
        actions: 2,
        ungranted_actions: 1,
        resources: ["crm/eu", "list/all"],
      },
    ]);
  });
});
