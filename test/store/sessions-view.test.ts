/** Goal: `v_sessions` has a row a session of an identity, whose score is the highest of its actions'. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { detectStore } from "../../detector/store/detect-store.ts";
import { judgedOf } from "../support/actions.ts";
import { planWith } from "../support/chunks.ts";
import { builtAtUs, findingWith, storedWith } from "../support/build.ts";
import { type FreshStore, freshStore } from "../support/store.ts";

const partition = { topic: "nhi.spans", partition: 0 };
const minuteUs = 60_000_000;

let store: FreshStore;
beforeAll(async () => {
  store = await freshStore();
  const first = storedWith(0, { signals: ["first-use/operation"], score: 2.5 });
  const second = storedWith(1, {
    startedAtUs: builtAtUs + minuteUs,
    endedAtUs: builtAtUs + 2 * minuteUs,
    signals: ["first-use/operation", "no-grant/no_grant"],
    score: 7.25,
  });
  // Its clock is years ahead: it counts as when it was received.
  const ahead = storedWith(2, {
    startedAtUs: builtAtUs + 1e15,
    endedAtUs: builtAtUs + 1e15,
    clockSuspect: true,
    position: { ...partition, offset: 2, index: 0, atMs: builtAtUs / 1000 + 30_000 },
  });
  const elsewhere = [
    storedWith(3, { sessionId: "session-2", score: 1 }),
    storedWith(4, { identityId: "agent:other", score: 9 }),
    storedWith(5, { tenant: "acme", score: 9 }),
  ];
  const findings = [
    findingWith({ id: "1".repeat(32), atUs: builtAtUs + minuteUs }),
    findingWith({ id: "2".repeat(32), atUs: builtAtUs + minuteUs }),
    findingWith({ id: "3".repeat(32), tenant: "acme" }),
  ];
  const rows = {
    actions: judgedOf([first, second, ahead, ...elsewhere]),
    findings,
    alerts: [],
    responses: [],
  };
  // Twice, as after the server forgot the first.
  for (const next of [10, 11])
    await detectStore(store.database, "one").write(partition, planWith(0, next), rows);
});
afterAll(() => store.drop());

test("a session is one row, however often it was written", async () => {
  const rows = await store.database.query(
    `SELECT * EXCEPT (started_at, ended_at, signals), arraySort(signals) AS signals,
       toUnixTimestamp64Micro(started_at) AS startedAtUs, toUnixTimestamp64Micro(ended_at) AS endedAtUs
     FROM v_sessions WHERE tenant = 'default' AND identity_id = 'agent:triage' ORDER BY session_id`,
  );
  const of = { tenant: "default", identity_id: "agent:triage" };
  expect(rows).toEqual([
    {
      ...of,
      session_id: "session-1",
      startedAtUs: builtAtUs,
      endedAtUs: builtAtUs + 2 * minuteUs,
      actions: 3,
      findings: 2,
      score: 7.25,
      signals: ["first-use/operation", "no-grant/no_grant"],
    },
    {
      ...of,
      session_id: "session-2",
      startedAtUs: builtAtUs,
      endedAtUs: builtAtUs + 1000,
      actions: 1,
      findings: 0,
      score: 1,
      signals: [],
    },
  ]);
});

test("other identities and tenants have theirs", async () => {
  const rows = await store.database.query(
    "SELECT tenant, identity_id, findings, score FROM v_sessions WHERE score = 9 ORDER BY tenant",
  );
  expect(rows).toEqual([
    { tenant: "acme", identity_id: "agent:triage", findings: 1, score: 9 },
    { tenant: "default", identity_id: "agent:other", findings: 0, score: 9 },
  ]);
});
