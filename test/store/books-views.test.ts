/** Views of what the detector keeps for itself: sums, baselines, dead letters, and instants at the edge. */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { actionId } from "../../detector/attribute/ids.ts";
import { detectors } from "../../detector/detect/index.ts";
import { stateKey } from "../../detector/detect/step.ts";
import { deadLetterTable } from "../../detector/store/dead-letters.ts";
import { detectStore } from "../../detector/store/detect-store.ts";
import { claimed } from "../support/claimed.ts";
import { judgedOf } from "../support/actions.ts";
import { countsWith, planWith, progressAfter } from "../support/chunks.ts";
import { actionWith, builtAtUs, judgedWith, spanIdOf, storedWith } from "../support/build.ts";
import { Engine } from "../support/stepped.ts";
import { type FreshStore, freshStore } from "../support/store.ts";

const partition = { topic: "nhi.spans", partition: 0 };

let store: FreshStore;
const rowsOf = async (query: string): Promise<readonly unknown[]> => store.database.query(query);

beforeAll(async () => {
  store = await freshStore();
});
afterAll(() => store.drop());

test("v_audit sums every chunk once, whatever was saved again", async () => {
  const other = { topic: "nhi.spans", partition: 5 };
  const detector = detectStore(store.database, "one");
  const { generation } = await claimed(detector, other);
  const chunk = (
    nth: number,
    from: number,
    next: number,
    spans: number,
  ): Parameters<typeof detector.save>[1] => ({
    plan: planWith(from, next, { chunk: nth }),
    generation,
    counts: countsWith({
      records: next - from,
      spans,
      actions: spans - 3,
      noAction: 1,
      duplicates: 1,
      deadLettered: 1,
    }),
    progress: progressAfter(planWith(from, next)),
    states: new Map(),
  });
  for (const one of [chunk(0, 10, 15, 100), chunk(1, 15, 16, 7), chunk(1, 15, 16, 7)])
    await detector.save(other, one);
  expect(
    await rowsOf(
      "SELECT chunks, first_offset, next_offset, records, spans, actions, no_action, duplicates, dead_lettered FROM v_audit WHERE partition = 5",
    ),
  ).toEqual([
    {
      chunks: 2,
      first_offset: 10,
      next_offset: 16,
      records: 6,
      spans: 107,
      actions: 101,
      no_action: 2,
      duplicates: 2,
      dead_lettered: 2,
    },
  ]);
});

test("v_baselines says what is known of each identity", async () => {
  const log = Array.from({ length: 50 }, (_, n) =>
    judgedWith(n, { tenant: "acme", startedAtUs: builtAtUs + n * 3_600_000_000, sessionId: `s${n % 4}` }),
  );
  const engine = new Engine(detectors);
  engine.step(log);
  const states = engine.packed();
  const plan = planWith(0, 50);
  const counts = countsWith({ records: 50, spans: 50, actions: 50 });
  const detector = detectStore(store.database, "one");
  const { generation } = await claimed(detector, partition);
  await detector.save(partition, { plan, generation, counts, progress: progressAfter(plan), states });
  expect(
    await rowsOf("SELECT tenant, identity_id, actions, active_days, sessions, state_bytes FROM v_baselines"),
  ).toEqual([
    {
      tenant: "acme",
      identity_id: "agent:triage",
      actions: 50,
      active_days: 3,
      sessions: 4,
      state_bytes: states.get(stateKey({ tenant: "acme", identityId: "agent:triage" }))?.packed.length,
    },
  ]);
});

test("v_dead_letters shows a letter once", async () => {
  const letter = {
    ...partition,
    offset: 9,
    index: -1,
    reason: "malformed",
    message: "it ends too early",
    bytes: 12,
    tenant: "default",
    source: "ci",
    atMs: builtAtUs / 1000,
  };
  const letters = deadLetterTable(store.database);
  await letters.put([letter, { ...letter, index: 2 }]);
  await letters.put([letter]);
  expect(
    await rowsOf(
      "SELECT record_index, reason, message, bytes, source FROM v_dead_letters ORDER BY record_index",
    ),
  ).toEqual(
    [-1, 2].map((index) => ({
      record_index: index,
      reason: "malformed",
      message: "it ends too early",
      bytes: 12,
      source: "ci",
    })),
  );
});

test("an instant beyond what is exact is stored as the last one that is", async () => {
  const far = storedWith(7, {
    chainId: "far",
    startedAtUs: 99_999_999_999_999_000,
    endedAtUs: 99_999_999_999_999_000,
    clockSuspect: true,
  });
  const early = storedWith(8, { chainId: "far", startedAtUs: 0, endedAtUs: 1 });
  await detectStore(store.database, "one").write(partition, planWith(4, 5), {
    actions: judgedOf([far, early]),
    findings: [],
    alerts: [],
    responses: [],
  });
  expect(
    await rowsOf(
      "SELECT toString(started_at) AS at FROM v_actions WHERE chain_id = 'far' ORDER BY started_at",
    ),
  ).toEqual([{ at: "1970-01-01 00:00:00.000000" }, { at: "2255-06-05 23:47:34.740991" }]);
});

test("ids of parents lead from an action to its parent", () => {
  const child = actionWith({ spanId: spanIdOf(2), parentId: actionId("1".repeat(32), spanIdOf(1), "end") });
  expect(child.parentId).toBe(actionWith({ spanId: spanIdOf(1) }).id);
});
