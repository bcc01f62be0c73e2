/**
 * Goal: peer groups come out of what the store holds, are told once, and what detectors then say by them is recomputed by its SQL.
 * Method: builds with a habit go through the engine into ClickHouse; a round groups them; new actions are judged by what it told.
 */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { peersOf } from "../../policy/peers.ts";
import { placeOf, placeSql } from "../../policy/places.ts";
import { systemClock } from "../../detector/clock.ts";
import { detectors } from "../../detector/detect/index.ts";
import { type PeerRound, peerRound } from "../../detector/serve/peer-rounds.ts";
import { openPolicyFeed, type PolicyFeed } from "../../detector/serve/policy-feed.ts";
import type { Database } from "../../detector/store/clickhouse.ts";
import { controlLogTable } from "../../detector/store/control-log.ts";
import { storeDecided } from "../../detector/store/decided.ts";
import { detectStore } from "../../detector/store/detect-store.ts";
import { peersStore } from "../../detector/store/peers-store.ts";
import { qualified } from "../../detector/store/read.ts";
import type { AttributedAction } from "../support/actions.ts";
import { judgedOf } from "../support/actions.ts";
import { builtAtUs, judgedWith } from "../support/build.ts";
import { countsWith, planWith, progressAfter } from "../support/chunks.ts";
import { claimed } from "../support/claimed.ts";
import { Engine, type Judged, type PlainStepped } from "../support/stepped.ts";
import { type FreshStore, freshStore } from "../support/store.ts";

const partition = { topic: "nhi.spans", partition: 0 };
const tenant = "acme 'x'";
const hourUs = 3_600_000_000;
const nowMs = (builtAtUs + 48 * 24 * hourUs) / 1000;
const clock = { ...systemClock, nowMs: () => nowMs };

let store: FreshStore;
let feed: PolicyFeed;
let engine: Engine;
let generation: number;
let next = 0;

const database = (): Database => store.database;
const rowsOf = async (query: string): Promise<readonly unknown[]> => database().query(query);

/** Judges actions and stores all that comes of it. */
async function take(judged: readonly Judged[]): Promise<PlainStepped> {
  const stepped = engine.step(judged);
  const plan = planWith(next, next + judged.length);
  next += judged.length;
  const { actions, findings } = stepped;
  const detector = detectStore(database(), "one");
  await detector.write(partition, plan, { actions: judgedOf(actions), findings, alerts: [], responses: [] });
  const states = engine.packed();
  const counts = countsWith({ records: judged.length, spans: judged.length, actions: judged.length });
  await detector.save(partition, { plan, generation, counts, progress: progressAfter(plan), states });
  return stepped;
}

async function round(): Promise<PeerRound> {
  const done = await peerRound({ feed, store: peersStore(database()), clock }, tenant);
  await storeDecided(database(), "control", await controlLogTable(database()).read(0));
  return done;
}

const acts = (identityId: string, parts: Partial<AttributedAction>): Partial<AttributedAction> => ({
  tenant,
  identityId,
  identityKind: "ci_job",
  path: [identityId],
  attributes: { "deployment.environment.name": "production" },
  ...parts,
});

const builds = ["ci:1", "ci:2", "ci:3", "ci:o'brien\\"];
const common = ["repo.read", "repo.write", "cache.read"];

/** Four builds with six weeks of habit, of which three push images and come from one network, and one that is new. */
function habit(): Judged[] {
  const all = builds.flatMap((identityId, at) =>
    Array.from({ length: 220 }, (_, n) => {
      const operation = at < 3 && n % 4 === 3 ? "image.push" : common[n % 3]!;
      return acts(identityId, {
        operation,
        network: at < 3 ? "10.0.0.7" : "10.0.0.1",
        resources: [{ id: `https://git.acme.example/${n}`, kind: "url", origin: "" }],
        startedAtUs: builtAtUs + n * 5 * hourUs + at,
        sessionId: `day ${Math.floor(n / 5)}`,
      });
    }),
  );
  const fresh = acts("ci:new", {
    operation: "repo.read",
    network: "10.0.0.7",
    startedAtUs: builtAtUs + 1110 * hourUs,
  });
  return [...all, fresh].map((parts, offset) => judgedWith(offset, parts));
}

beforeAll(async () => {
  store = await freshStore();
  ({ generation } = await claimed(detectStore(database(), "one"), partition));
  feed = await openPolicyFeed({
    control: controlLogTable(database()),
    standings: controlLogTable(database(), "standing_log"),
    clock: systemClock,
    log: () => undefined,
  });
  engine = new Engine(detectors, 2 ** 12, 0, feed.book);
  await take(habit());
});
afterAll(async () => {
  feed.stop();
  await store.drop();
});

test("a round tells the groups, who is in them and what their peers do; a second one finds nothing to tell", async () => {
  expect(await peersStore(database()).tenants(nowMs)).toEqual([tenant]);
  expect(await round()).toEqual({ identities: 5, groups: 3, told: 8, waiting: 0, leftOut: 0 });
  expect(await round()).toMatchObject({ told: 0 });
  expect(
    await rowsOf(
      "SELECT basis, defined, members, peers, operations, operations_complete, places, networks FROM v_peer_baselines WHERE basis = 'declared'",
    ),
  ).toEqual([
    {
      basis: "declared",
      defined: "identities of kind ci_job in production",
      members: 5,
      peers: 4,
      operations: { "repo.read": 4, "repo.write": 4, "cache.read": 4, "image.push": 3 },
      operations_complete: true,
      places: { "git.acme.example": 4 },
      networks: { "10.0.0.7": 3, "10.0.0.1": 1 },
    },
  ]);
  expect(
    await rowsOf(
      "SELECT identity_id, count() AS groups, sum(is_counted) AS counted FROM v_peer_groups GROUP BY identity_id ORDER BY identity_id",
    ),
  ).toEqual([
    ...builds.slice(0, 3).map((identity_id) => ({ identity_id, groups: 3, counted: 3 })),
    { identity_id: "ci:new", groups: 2, counted: 0 },
    { identity_id: "ci:o'brien\\", groups: 3, counted: 3 },
  ]);
});

test("what is then found by it is recomputed by its SQL", async () => {
  const after = [
    acts("ci:new", {
      operation: "o'brien\\😀 FROM v_actions",
      network: "203.0.113.9",
      startedAtUs: builtAtUs + 1120 * hourUs,
    }),
    acts("ci:o'brien\\", {
      operation: "image.push",
      network: "10.0.0.7",
      startedAtUs: builtAtUs + 1121 * hourUs,
    }),
    acts("ci:1", { operation: "mail.send", network: "10.0.0.7", startedAtUs: builtAtUs + 1122 * hourUs }),
  ];
  const { actions, findings } = await take(after.map((parts, at) => judgedWith(next + at, parts)));
  const ofHabit = (one: string): boolean => /^(?:first-use|unlike-peers)/u.test(one);
  expect(actions.map(({ signals }) => signals.filter(ofHabit))).toEqual([
    // One of four peers has a network of its own, so that one more would be no wonder.
    ["unlike-peers/operation"],
    ["first-use/operation", "first-use/network"],
    ["first-use/operation"],
  ]);
  const ofPeers = findings.filter(({ rule }) => rule !== "no-grant");
  const ungranted = "misconfiguration: nobody granted it anything";
  const usual = expect.stringMatching(
    /^benign_change: 3 of 3 peers do so \(identities that use much the same/u,
  );
  expect(
    ofPeers.map(({ confidence, severity, why, hintWhy }) => [confidence, severity, why, hintWhy]),
  ).toEqual([
    [
      "cold_start",
      "low",
      { key: "operation", peers: 4, peersUsing: 0, alone: 0, bits: 3.32, actions: 1, activeDays: 1 },
      ["abuse: none of its peers does so (identities of kind ci_job in production)", ungranted],
    ],
    // What its peers do is stored and alarms nobody; what none of them does is an alarm.
    [
      "full",
      "low",
      expect.objectContaining({ key: "operation", peers: 3, peersUsing: 3 }),
      [usual, ungranted],
    ],
    ["full", "low", expect.objectContaining({ key: "network", peers: 3, peersUsing: 3 }), [usual, ungranted]],
    ["full", "medium", expect.objectContaining({ key: "operation", peers: 3, peersUsing: 0 }), [ungranted]],
  ]);
  for (const { sql, why } of ofPeers) expect(await rowsOf(qualified(sql, store.name))).toEqual([why]);
});

test("what was news does not speak for others: a peer that was taken over founds no habit", async () => {
  await round();
  const decided = { book: feed.book.of(tenant), control: Number.POSITIVE_INFINITY };
  expect(peersOf(decided, "ci:2")?.share("operations", "mail.send")).toBe(0);
  expect(peersOf(decided, "ci:2")?.share("operations", "image.push")).toBe(1);
});

test("an identity can't walk into another group by saying something else of itself", async () => {
  const parts = acts("ci:1", {
    operation: "repo.read",
    owner: "team:payroll",
    identityKind: "ai_agent",
    startedAtUs: builtAtUs + 1130 * hourUs,
  });
  await take([judgedWith(next, parts)]);
  const of = async () =>
    (await peersStore(database()).subjects(tenant, nowMs)).find(({ identityId }) => identityId === "ci:1");
  expect(await of()).toMatchObject({ kind: "ci_job", owner: "", isDeclared: false, isGated: true });
  const identity = { id: "ci:1", owner: "team:build", environments: ["staging"] };
  const entry = { kind: "identity_declared" as const, tenant, author: "user:ana", atUs: 1, identity };
  await storeDecided(database(), "control", [{ position: 1000, record: entry }]);
  expect(await of()).toMatchObject({ owner: "team:build", environment: "staging", isDeclared: true });
});

test("nothing is known of another tenant, nor of what is long ago", async () => {
  const peers = peersStore(database());
  expect(await peers.subjects("other", nowMs)).toEqual([]);
  expect(await peers.tenants(nowMs + 40 * 86_400_000)).toEqual([]);
});

test("where a resource is says the server as the detector does", async () => {
  const ids = [
    "https://api.acme.example/v1/users",
    "HTTPS://u:p@api.acme.example:8443?x=@y/z",
    "file:///etc/passwd",
    "https://",
    "://x/y",
    "kv/payments/db",
    "kv/payments/db\n",
    "/",
    "ana@acme.example",
    "a\n@b@c.example",
    "a@b/c",
    "orders",
    "",
    "päth/ö'\\",
    "x".repeat(3000),
  ];
  const found = await database().query<{ place: string }>(
    `SELECT ${placeSql} AS place FROM (SELECT arrayJoin({ids:Array(String)}) AS resource_id)`,
    { ids },
  );
  expect(found.map(({ place }) => place)).toEqual(ids.map(placeOf));
});
