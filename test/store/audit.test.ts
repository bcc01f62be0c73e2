/**
 * Goal: the audit calls a sound store sound, and names what is wrong with any other.
 * Method: a store filled by the detector's own calls, then harmed in one way; the verb is run as an operator runs it.
 */
import { afterAll, beforeEach, expect, test } from "@jest/globals";
import { actionId } from "../../detector/attribute/ids.ts";
import { deadLetterTable } from "../../detector/store/dead-letters.ts";
import { detectStore } from "../../detector/store/detect-store.ts";
import { saveLoss } from "../../detector/store/losses.ts";
import { judgedOf } from "../support/actions.ts";
import { storedWith } from "../support/build.ts";
import { countsWith, planWith, progressAfter } from "../support/chunks.ts";
import { runVerb, type VerbResult } from "../support/roles.ts";
import { freshStore, type FreshStore } from "../support/store.ts";

const partition = { topic: "nhi.spans", partition: 3 };
let store: FreshStore;
const stores: FreshStore[] = [];
beforeEach(async () => {
  store = await freshStore();
  stores.push(store);
  await chunk(0, 10, 13);
  await chunk(1, 13, 15);
  await chunk(2, 15, 20);
});
afterAll(async () => {
  for (const one of stores) await one.drop();
});

/** Stores a chunk of one action an offset, whose last offset holds a dead letter instead. */
async function chunk(nth: number, from: number, next: number): Promise<void> {
  const detect = detectStore(store.database, "test");
  const plan = planWith(from, next, { chunk: nth });
  const judged = from - 10 - nth;
  const actions = Array.from({ length: next - from - 1 }, (_, at) => {
    const [traceId, spanId] = ["1".repeat(32), (from + at).toString(16).padStart(16, "0")];
    return {
      ...storedWith(from + at),
      ordinal: judged + at,
      traceId,
      spanId,
      id: actionId(traceId, spanId, "end"),
      position: { ...partition, offset: from + at, index: 0, atMs: 1_770_000_000_000 },
    };
  });
  await detect.write(partition, plan, {
    actions: judgedOf(actions),
    findings: [],
    alerts: [],
    responses: [],
  });
  await deadLetterTable(store.database).put([
    {
      ...partition,
      offset: next - 1,
      index: -1,
      reason: "malformed",
      message: "no",
      bytes: 1,
      tenant: "default",
      source: "",
      atMs: 1_770_000_000_000,
    },
  ]);
  const records = next - from;
  await detect.save(partition, {
    plan,
    generation: 1,
    counts: countsWith({ records, spans: records, actions: records - 1, deadLettered: 1 }),
    progress: progressAfter(plan, { judged: judged + records - 1 }),
    states: new Map(),
  });
}

const audit = (...args: string[]): Promise<VerbResult> =>
  runVerb(["audit", ...args], {
    ANSWERABLE_CLICKHOUSE_URL: store.url,
    ANSWERABLE_CLICKHOUSE_DATABASE: store.name,
  });
const remove = (table: string, where: string): Promise<void> =>
  store.database.command(`ALTER TABLE ${table} DELETE WHERE ${where} SETTINGS mutations_sync = 2`);

test("a sound store is sound", async () => {
  expect(await audit()).toEqual({
    code: 0,
    err: "",
    out: "ok    nhi.spans 3: offsets 10–19 in 3 chunks; 10 spans = 7 actions + 0 no action + 0 duplicates + 3 dead letters\n",
  });
});

test("rows that were written twice, or ahead of a position that is not saved yet, change nothing", async () => {
  await store.database.command("SYSTEM STOP MERGES actions");
  await store.database.command("INSERT INTO actions SELECT * FROM actions WHERE offset IN (11, 16)");
  await store.database.command(
    "INSERT INTO actions SELECT * REPLACE (30 AS offset, 9 AS ordinal, 'f' AS action_id) FROM actions WHERE actions.offset = 11 LIMIT 1",
  );
  expect(await audit()).toMatchObject({ code: 0 });
});

const harms = [
  {
    what: "an action that is gone",
    harm: () => remove("actions", "offset = 16"),
    says: "      missing: offsets 15–19: 4 actions counted, 3 stored; ordinals without a row: 4\n",
  },
  {
    what: "a dead letter that is gone",
    harm: () => remove("dead_letters", "offset = 14"),
    says: "      missing: offsets 13–14: 1 dead_letters counted, 0 stored\n",
  },
  {
    what: "a place that two actions share",
    harm: () =>
      store.database.command(
        "INSERT INTO actions SELECT * REPLACE ('f' AS action_id) FROM actions WHERE offset = 11",
      ),
    says: "      double: offset 11: span 0 is stored 2 times in actions\n",
  },
  {
    what: "an action that nobody counted",
    harm: () =>
      store.database.command(
        "INSERT INTO actions SELECT * REPLACE ('f' AS action_id, 7 AS record_index) FROM actions WHERE offset = 11",
      ),
    says: "      extra: offsets 10–12: 2 actions counted, 3 stored\n",
  },
  {
    what: "one action gone and another stored twice",
    harm: async () => {
      await remove("actions", "offset = 16");
      await store.database.command(
        "INSERT INTO actions SELECT * REPLACE ('f' AS action_id) FROM actions WHERE offset = 15",
      );
    },
    says: "      missing: offsets 15–19: 4 actions counted, 3 stored; ordinals without a row: 4\n      double: offset 15: span 0 is stored 2 times in actions\n",
  },
  {
    what: "a chunk that is gone",
    harm: () => remove("checkpoints", "kind = 'chunk' AND key = '1'"),
    says: "      gap: offsets 13–14: no chunk holds these 2 offsets\n      uncovered: offset 13: 1 rows of actions lie in no chunk\n      uncovered: offset 14: 1 rows of dead_letters lie in no chunk\n",
  },
  {
    what: "a chunk that is there twice",
    harm: () =>
      store.database.command(
        "INSERT INTO checkpoints SELECT * REPLACE ('9' AS key, 9 AS version, replaceOne(payload, '\"from\":10', '\"from\":11') AS payload) FROM checkpoints WHERE kind = 'chunk' AND checkpoints.key = '0'",
      ),
    says: "      overlap: offsets 11–12: more than one chunk holds these 2 offsets\n",
  },
  {
    what: "a chunk whose counts don't add up",
    harm: () =>
      store.database.command(
        "INSERT INTO checkpoints SELECT * REPLACE (replaceOne(payload, '\"spans\":2', '\"spans\":9') AS payload) FROM checkpoints WHERE kind = 'chunk' AND key = '1'",
      ),
    says: "      sum: offsets 13–14: 9 spans came in, 2 are accounted for\n",
  },
  {
    what: "an action that was held back and not taken over",
    harm: () =>
      store.database.command(
        "INSERT INTO checkpoints SELECT * REPLACE (replaceOne(replaceOne(payload, '\"held\":0', '\"held\":1'), '\"spans\":2', '\"spans\":3') AS payload) FROM checkpoints WHERE kind = 'chunk' AND key = '1'",
      ),
    says: "      sum: offsets 15–19: 1 actions were held back for it, it took over 0\n",
  },
  {
    what: "a position that is not the end of the chunks",
    harm: () =>
      store.database.command(
        "INSERT INTO checkpoints SELECT * REPLACE (25 AS version, replaceOne(payload, '\"next\":20', '\"next\":25') AS payload) FROM checkpoints WHERE kind = 'position' AND checkpoints.version = 2",
      ),
    says: "      position: offsets 20–24: the position is 25, the chunks end at 20\n",
  },
  {
    what: "a range that was lost",
    harm: () => saveLoss(store.database, partition, { from: 20, next: 26, noticedAtMs: 1_770_000_000_000 }),
    says: "      lost: offsets 20–25: 6 offsets lost before they were read\n",
  },
];

test.each(harms)("$what is told, with where", async ({ harm, says }) => {
  await harm();
  const { code, out, err } = await audit();
  expect(out.slice(0, 6)).toBe("WRONG ");
  expect(out).toContain(says);
  expect({ code, err }).toEqual({ code: 1, err: "1 of 1 partitions don't add up\n" });
});

test("--json says the same, --topic leaves the others out", async () => {
  await saveLoss(store.database, { topic: "other", partition: 0 }, { from: 0, next: 2, noticedAtMs: 0 });
  const { out, code } = await audit("--json", "--topic", "nhi.spans");
  expect(JSON.parse(out)).toEqual({
    isBalanced: true,
    partitions: [
      expect.objectContaining({ ...partition, firstOffset: 10, nextOffset: 20, actions: 7, troubles: [] }),
    ],
  });
  expect(code).toBe(0);
  expect(await audit("--topic", "other")).toMatchObject({
    code: 1,
    out: expect.stringContaining("lost: offsets 0–1"),
  });
  expect(await audit("--topic", "nowhere")).toMatchObject({
    code: 1,
    err: expect.stringContaining("nothing is stored"),
  });
});
