import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { storeDecided } from "../../detector/store/decided.ts";
import type { ControlRecord } from "../../schemas/index.ts";
import { builtAtUs, grantWith } from "../support/build.ts";
import { type FreshStore, freshStore } from "../support/store.ts";

const minuteUs = 60_000_000;

let store: FreshStore;
const common = { tenant: "default", author: "user:ana@acme.example" };
const at = (minute: number): number => builtAtUs + minute * minuteUs;
const iso = (minute: number): string => new Date(at(minute) / 1000).toISOString();
const given = (
  id: string,
  minute: number,
  window: { from?: string; until?: string } = {},
  version = "1",
): ControlRecord => ({
  kind: "grant_given",
  ...common,
  atUs: at(minute),
  grant: grantWith({ id, window, policy: { id: "p", version } }),
});
const revoked = (id: string, minute: number): ControlRecord => ({
  kind: "grant_revoked",
  ...common,
  atUs: at(minute),
  grantId: id,
});
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
  store = await freshStore();
  await storeDecided(store.database, "control", entries);
  await storeDecided(store.database, "control", entries.slice(2));
});

afterAll(() => store.drop());

test.each([
  { name: "counts from when it was given", id: "plain", is: nothing },
  {
    name: "given after its effective time is noted as late",
    id: "late",
    is: { ...nothing, late: 1, until: at(90) },
  },
  {
    name: "may last longer than can be counted",
    id: "ever",
    is: { ...nothing, from: at(0), until: Number.MAX_SAFE_INTEGER },
  },
  { name: "given ahead of its effective time is not", id: "ahead", is: { ...nothing, from: at(60) } },
  { name: "taken back says when", id: "taken", is: { ...nothing, revoked: at(30) } },
  {
    name: "given again after that stands, in its newest version",
    id: "again",
    is: { ...nothing, from: at(20), version: "2", versions: 2 },
  },
])("a grant $name", async ({ id, is }) => {
  expect(
    await store.database.query(
      `SELECT toUInt8(arrived_late) AS late, toUnixTimestamp64Micro(effective_from) AS from, toUnixTimestamp64Micro(effective_until) AS until, toUnixTimestamp64Micro(revoked_at) AS revoked, policy_version AS version, versions FROM v_grants WHERE grant_id = '${id}'`,
    ),
  ).toEqual([is]);
});
