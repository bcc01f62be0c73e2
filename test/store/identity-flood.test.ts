/**
 * Goal: a flood of new identities is told of in ClickHouse with numbers that its SQL recounts, over a restart.
 * Method: two workers, one after the other, read records of three sources into a real store; the finding's SQL is run as
 * printed.
 */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { deadLetterTable } from "../../detector/store/dead-letters.ts";
import { detectStore } from "../../detector/store/detect-store.ts";
import { storeReader } from "../../detector/store/read.ts";
import { forgetfulWorker, recordOf } from "../support/flood.ts";
import { type FreshStore, freshStore } from "../support/store.ts";

const quota = 5;
const invented = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, nth) => `agent:invented-${String(from + nth).padStart(3, "0")}`);

let store: FreshStore;
beforeAll(async () => {
  store = await freshStore();
  const asOwner = (owner: string) => ({
    ...detectStore(store.database, owner),
    ...deadLetterTable(store.database),
    set: async () => 0,
  });
  const first = forgetfulWorker(asOwner("first"), quota);
  await first.offer([
    // What is known from before, some of it from others, is not new.
    recordOf(0, -70, "o'brien\\", ["agent:old", ...invented(900, 903)]),
    recordOf(1, 0, "other", [...invented(0, 2), "agent:old"]),
    recordOf(2, 1, "o'brien\\", ["agent:old", ...invented(1, 5)]),
  ]);
  const second = forgetfulWorker(asOwner("second"), quota);
  await second.position();
  await second.offer([
    recordOf(3, 2, "o'brien\\", [...invented(5, 7), "agent:old"]),
    recordOf(4, 3, "o'brien\\", invented(7, 40)),
    recordOf(5, 4, "", ["agent:nobody"]),
  ]);
}, 60_000);
afterAll(() => store.drop());

test("the finding is stored once, and its SQL gives its numbers", async () => {
  const findings = await storeReader(store.database, store.name).findings({ tenant: "default", limit: 10 });
  expect(findings).toMatchObject([
    {
      rule: "identity-flood",
      identityId: "agent:invented-007",
      severity: "high",
      why: { source: "o'brien\\", newIdentities: quota, newPerHourMax: quota, since: "2026-03-02 09:00:00" },
    },
  ]);
  expect(await store.server.query(findings[0]!.sql)).toEqual([findings[0]!.why]);
  expect(await store.database.query("SELECT count() AS alerts FROM alerts FINAL")).toEqual([{ alerts: 1 }]);
});

test("every action is stored, and what was not admitted is marked and has no baseline", async () => {
  const marked = "has(signals, 'identity-flood/unadmitted')";
  expect(
    await store.database.query(
      `SELECT count() AS actions, uniqExact(identity_id) AS identities, countIf(${marked}) AS marked, countIf(${marked} = learned) AS neither FROM v_actions`,
    ),
  ).toEqual([{ actions: 49, identities: 45, marked: 33, neither: 0 }]);
  expect(
    await store.database.query(
      "SELECT uniqExact(identity_id) AS identities, min(identity_id) AS first FROM v_baselines WHERE tenant = 'default'",
    ),
  ).toEqual([{ identities: 12, first: "agent:invented-000" }]);
  expect(await store.database.query("SELECT count() AS rows FROM v_baselines WHERE tenant = ''")).toEqual([
    { rows: 0 },
  ]);
});
