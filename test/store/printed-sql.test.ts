/**
 * Goal: every finding prints the query that recomputes its numbers, and the query is right.
 * Method: the bundled sample and a made-up identity with awkward names go through the engine into ClickHouse; then each
 * finding's SQL is run as printed, over plain HTTP and from another database, and must give its `why` and nothing else.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { z } from "zod";
import { factsOf } from "../../policy/facts.ts";
import { authorise } from "../../policy/judge.ts";
import { PolicyBook } from "../../policy/book.ts";
import { defaultLimits } from "../../detector/decode/index.ts";
import { detectors } from "../../detector/detect/index.ts";
import { newsKeys } from "../../detector/detect/news-keys.ts";
import { batchesOf } from "../../detector/replay/batches.ts";
import { encodeSpans } from "../../detector/replay/otlp.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import { storeDecided } from "../../detector/store/decided.ts";
import { detectStore } from "../../detector/store/detect-store.ts";
import { qualified, storeReader } from "../../detector/store/read.ts";
import { ChunkReader } from "../../detector/stream/chunk.ts";
import { type Finding, Grant } from "../../schemas/index.ts";
import { actionAt, judgedOf } from "../support/actions.ts";
import { awkwardLog, busyLog } from "../support/awkward-log.ts";
import { cloudLog } from "../support/cloud-log.ts";
import { planWith } from "../support/chunks.ts";
import { outOfTurnLog } from "../support/out-of-turn.ts";
import { secondPlaceLog } from "../support/second-place.ts";
import { peersTold, unlikeItsPeers } from "../support/peers.ts";
import { rowsOf, wrongOf } from "../support/recompute.ts";
import { authorityBook, authorityLog } from "../support/authority-log.ts";
import { Engine, type Judged, type PlainStepped } from "../support/stepped.ts";
import { type FreshStore, freshStore } from "../support/store.ts";

const partition = { topic: "nhi.spans", partition: 0 };
const chunkReader = new ChunkReader(shippedAttributor(), defaultLimits);

/** The sample's actions, under the demo's grants but for one agent, which nobody granted anything. */
async function sample(): Promise<Judged[]> {
  const book = new PolicyBook();
  const { grants } = z
    .object({ grants: z.array(Grant) })
    .parse(parse(readFileSync("deploy/demo/grants.yaml", "utf8")));
  grants
    .filter((grant) => grant.grantee !== "agent:banking")
    .forEach((grant, position) =>
      book.enter(position, { kind: "grant_given", tenant: "default", author: "demo", atUs: 0, grant }),
    );
  const judged: Judged[] = [];
  let offset = 0;
  for await (const { spans } of batchesOf("deploy/demo/agentdojo.sample.jsonl.gz")) {
    const timestampMs = spans.at(-1)?.endMs ?? 0;
    const record = { offset: offset++, key: "g0000", value: encodeSpans(spans), headers: {}, timestampMs };
    chunkReader.read(partition, [record], 0);
    for (let row = 0; row < chunkReader.columns.count; row += 1) {
      // Only parents are left out, which no query here asks for.
      const action = { ...actionAt(chunkReader.columns, row), parentId: "" };
      const index = chunkReader.columns.codes.index[row]!;
      const position = { ...partition, offset: record.offset, index, atMs: timestampMs };
      judged.push({ action, position, authority: authorise(book, grants.length, factsOf(action)) });
    }
  }
  return judged;
}

const signalsOf = (rule: string, names: string): string[] =>
  names.split(" ").map((name) => `${rule}/${name}`);
const authoritySignals = [
  ...signalsOf(
    "approval-drift",
    "unknown borrowed denied unanswered self_approved expired changed replayed stale_policy",
  ),
  ...signalsOf("standing-violated", "paused revoked"),
  ...signalsOf("credential-misuse", "expired revoked task_ended too_old"),
  ...signalsOf("identity-lifecycle", "offboarded unowned elsewhere two_environments"),
  ...signalsOf("delegation", "widening loop broken deep"),
  ...signalsOf("privilege-creep", "outside_scope"),
  ...signalsOf("issue-then-lateral", "lateral"),
  "sequence/out of turn",
  ...signalsOf("error-burst", "errors"),
  ...signalsOf("volume", "rise burst growth dormant"),
];

let store: FreshStore;
let stepped: PlainStepped;
beforeAll(async () => {
  store = await freshStore();
  const book = authorityBook();
  for (const { position, record } of peersTold) book.enter(position, record);
  await storeDecided(store.database, "control", peersTold);
  const engine = new Engine(detectors, undefined, undefined, book);
  stepped = engine.step([
    ...(await sample()),
    ...awkwardLog(),
    ...authorityLog(1800),
    ...busyLog(5000),
    ...cloudLog(8000),
    unlikeItsPeers(9990),
    ...outOfTurnLog(20_000),
    ...secondPlaceLog(30_000),
  ]);
  const { actions, findings } = stepped;
  await detectStore(store.database, "one").write(partition, planWith(0, 2000), {
    actions: judgedOf(actions),
    findings,
    alerts: [],
    responses: [],
  });
}, 60_000);
afterAll(() => store.drop());

describe("the SQL that a finding prints", () => {
  test("is tried for every signal of every detector", () => {
    const rules = new Set(stepped.findings.map((one) => one.rule));
    expect([...rules].toSorted()).toEqual(detectors.map((one) => one.id).toSorted());
    const keys = new Set(
      stepped.findings.filter((one) => one.rule === "first-use").map((one) => one.why["key"]),
    );
    expect([...keys].map(String).toSorted()).toEqual(newsKeys.map((one) => one.name).toSorted());
    const signals = new Set(stepped.actions.flatMap((one) => one.signals));
    expect(authoritySignals.filter((one) => !signals.has(one))).toEqual([]);
    expect(stepped.actions.some((one) => one.late)).toBe(true);
    expect(stepped.actions.some((one) => one.clockSuspect)).toBe(true);
    expect(stepped.duplicates).toBeGreaterThan(0);
    expect(stepped.findings.length).toBeGreaterThan(30);
  });

  test("gives the numbers of its why, under the same names, and one row", async () => {
    const reader = storeReader(store.database, store.name);
    for (const tenant of new Set(stepped.findings.map((one) => one.tenant))) {
      const found = await reader.findings({ tenant, limit: 1000 });
      expect(await wrongOf(store.url, found)).toEqual([]);
    }
  }, 60_000);

  test("still does when the same chunk is stored again after the server forgot the first", async () => {
    const { actions, findings } = stepped;
    await detectStore(store.database, "two").write(partition, planWith(0, 2001), {
      actions: judgedOf(actions),
      findings,
      alerts: [],
      responses: [],
    });
    const sampled = findings.filter((one) => one.rule === "first-use").slice(0, 10);
    for (const finding of sampled)
      expect(await rowsOf(store.url, qualified(finding.sql, store.name))).toEqual([finding.why]);
  });
});

const ids = (found: readonly Finding[]): string[] => found.map((one) => one.id);

describe("a reader", () => {
  test("gives findings as they were written, newest first, each with SQL that names its database", async () => {
    const reader = storeReader(store.database, store.name);
    const written = stepped.findings
      .filter((one) => one.tenant === "default")
      .map((one) => ({ ...one, sql: qualified(one.sql, store.name) }))
      .toSorted((a, b) => b.atUs - a.atUs || (a.id < b.id ? -1 : 1));
    expect(await reader.findings({ tenant: "default", limit: 1000 })).toEqual(written);
    expect(await reader.findings({ tenant: "default", limit: 3 })).toEqual(written.slice(0, 3));
  });

  test("lists by identity, severity and instant, and never another tenant's", async () => {
    const reader = storeReader(store.database, store.name);
    const all = await reader.findings({ tenant: "default", limit: 1000 });
    expect(new Set(all.map((one) => one.identityId)).size).toBe(4);
    expect(new Set(all.map((one) => one.severity)).size).toBeGreaterThan(1);
    const middle = all[Math.floor(all.length / 2)]?.atUs ?? 0;
    expect(
      ids(await reader.findings({ tenant: "default", identityId: "agent:workspace", limit: 1000 })),
    ).toEqual(ids(all.filter((one) => one.identityId === "agent:workspace")));
    expect(ids(await reader.findings({ tenant: "default", minSeverity: "high", limit: 1000 }))).toEqual(
      ids(all.filter((one) => one.severity === "high")),
    );
    expect(ids(await reader.findings({ tenant: "default", sinceUs: middle, limit: 1000 }))).toEqual(
      ids(all.filter((one) => one.atUs >= middle)),
    );
    expect(await reader.findings({ tenant: "nobody", limit: 10 })).toEqual([]);
  });

  test("finds one by the beginning of its id, says when there are several, and finds nothing of another tenant", async () => {
    const reader = storeReader(store.database, store.name);
    const [one] = await reader.findings({ tenant: "default", limit: 1 });
    expect(await reader.finding("default", one?.id.slice(0, 12) ?? "")).toEqual([one]);
    expect(await reader.finding("default", "")).toHaveLength(2);
    expect(await reader.finding("acme 'x'", one?.id ?? "")).toEqual([]);
  });
});

test.each([
  {
    name: "a view is named with its database",
    sql: "SELECT 1 FROM v_actions",
    qualified: "SELECT 1 FROM db.v_actions",
  },
  {
    name: "a view in a quoted text is left alone",
    sql: "SELECT 'a\\' FROM v_actions' FROM v_actions",
    qualified: "SELECT 'a\\' FROM v_actions' FROM db.v_actions",
  },
  { name: "so is another table", sql: "SELECT 1 FROM other", qualified: "SELECT 1 FROM other" },
])("$name", (one) => {
  expect(qualified(one.sql, "db")).toBe(one.qualified);
});
