/** What every store of a detector must do; run on each of them. */
import { setImmediate as immediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type {
  ChunkPlan,
  ChunkRows,
  DetectStore,
  PartitionId,
  LoadedState,
  SavedState,
} from "../../detector/stream/ports.ts";
import { alertOf } from "../../detector/detect/episode.ts";
import { judgedOf } from "./actions.ts";
import { claimed } from "./claimed.ts";
import { countsWith, planWith, progressAfter } from "./chunks.ts";
import { builtAtUs, findingWith, storedWith } from "./build.ts";

export interface OpenStore {
  /** A worker's store; two owners are two processes on one store. */
  readonly as: (owner: string) => DetectStore;
  /** Ids of what is stored, each as often as a reader sees it. */
  readonly ids: () => Promise<{
    actions: readonly string[];
    findings: readonly string[];
    alerts: readonly string[];
  }>;
  readonly close: () => Promise<void>;
}

const partition: PartitionId = { topic: "nhi.spans", partition: 0 };

const action = storedWith(0);
const finding = findingWith({ actionIds: [action.id] });
const alert = {
  id: "a".repeat(32),
  tenant: "default",
  episodeId: finding.episodeId,
  atUs: finding.atUs,
  body: JSON.stringify(alertOf(finding)),
};
const actions = [action, storedWith(1)];
const rows: ChunkRows = { actions: judgedOf(actions), findings: [finding], alerts: [alert], responses: [] };
const planOf = (from: number, next: number, control = 0): ChunkPlan => planWith(from, next, { control });
const checkpointOf = (
  plan: ChunkPlan,
  generation: number,
  states: Readonly<Record<string, string>> = {},
): Parameters<DetectStore["save"]>[1] => ({
  plan,
  generation,
  counts: countsWith({ records: 1, spans: 1, actions: 1 }),
  progress: progressAfter(plan, {
    cutUs: builtAtUs,
    judged: 7,
    latestUs: builtAtUs + 1,
    heldFrom: plan.from,
    heldRows: "AAECAw==",
  }),
  states: new Map(Object.entries(states).map(([key, packed]) => [key, savedOf(packed)])),
});
/** Texts of one character a byte, and one number for each of a state's sums. */
const savedOf = (packed: string): SavedState => ({
  packed: Buffer.from(packed, "latin1"),
  actions: packed.length,
  activeDays: 2,
  sessions: 1,
});
const loadedOf = (packed: string, chunk: number): LoadedState => ({
  packed: Buffer.from(packed, "latin1"),
  actions: packed.length,
  chunk,
});
const bytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join("");

/** Runs the contract; `open` gives an empty store each time. */
export function detectStoreContract(name: string, open: () => Promise<OpenStore>): void {
  describe(`${name}: a detector's store`, () => {
    let opened: OpenStore;
    let store: DetectStore;
    let generation = 0;
    const claim = async (owner = "one"): Promise<number> =>
      (await claimed(opened.as(owner), partition)).generation;
    beforeAll(async () => {
      opened = await open();
      store = opened.as("one");
    });
    afterAll(() => opened.close());

    test("knows nothing of a partition never seen", async () => {
      const owned = await claimed(store, partition);
      expect(owned).toMatchObject({ progress: undefined, states: new Map(), isComplete: true });
      generation = owned.generation;
    });

    test("answers the first plan of an offset with itself", async () => {
      expect(await store.plan(partition, generation, planOf(0, 5, 2))).toEqual({
        kind: "planned",
        plan: planOf(0, 5, 2),
      });
    });

    test("answers every later plan of that offset with the first: its cut and its control position", async () => {
      expect(await store.plan(partition, generation, planOf(0, 9, 7))).toEqual({
        kind: "planned",
        plan: planOf(0, 5, 2),
      });
    });

    test("keeps rows written twice once", async () => {
      for (let time = 0; time < 2; time += 1) await store.write(partition, planOf(0, 5), rows);
      expect(await opened.ids()).toEqual({
        actions: actions.map((one) => one.id).toSorted(),
        findings: [finding.id],
        alerts: [alert.id],
      });
    });

    test("keeps a row once that two chunks bring", async () => {
      await store.write(partition, planOf(5, 6), { ...rows, actions: judgedOf([action]) });
      const ids = await opened.ids();
      expect([ids.actions.length, ids.findings.length, ids.alerts.length]).toEqual([2, 1, 1]);
    });

    test("writes a chunk without rows", async () => {
      await expect(
        store.write(partition, planOf(6, 7), {
          actions: judgedOf([]),
          findings: [],
          alerts: [],
          responses: [],
        }),
      ).resolves.toBeUndefined();
    });

    test("gives whoever claims next the position and the states that were saved with it", async () => {
      await store.save(
        partition,
        checkpointOf(planOf(0, 5), generation, { "default\0a": "1", "default\0b": bytes }),
      );
      expect(await claimed(opened.as("two"), partition)).toEqual({
        generation: generation + 1,
        progress: checkpointOf(planOf(0, 5), 1).progress,
        states: new Map([
          ["default\0a", loadedOf("1", 0)],
          ["default\0b", loadedOf(bytes, 0)],
        ]),
        isComplete: true,
      });
    });

    test("fences a worker whose partition another has claimed", async () => {
      expect(await store.plan(partition, generation, planOf(5, 6))).toEqual({ kind: "fenced" });
    });

    test("lets the fenced worker's plan stand all the same, as its cut is as good as any", async () => {
      const next = await claim();
      expect(await store.plan(partition, next, planOf(5, 9))).toEqual({
        kind: "planned",
        plan: planOf(5, 6),
      });
      generation = next;
    });

    test("changes nothing when a checkpoint is saved again", async () => {
      await store.save(partition, checkpointOf(planOf(5, 6), generation, { "default\0a": "2" }));
      await store.save(partition, checkpointOf(planOf(5, 6), generation, { "default\0a": "2" }));
      expect(await claimed(store, partition)).toMatchObject({
        progress: { next: 6 },
        states: new Map([
          ["default\0a", loadedOf("2", 5)],
          ["default\0b", loadedOf(bytes, 0)],
        ]),
      });
    });

    test("is not set back by a late writer of an old checkpoint", async () => {
      await opened.as("ghost").save(partition, checkpointOf(planOf(0, 5), 1, { "default\0a": "old" }));
      await opened.as("ghost").save(partition, checkpointOf(planOf(0, 4), 1, { "default\0a": "older" }));
      const owned = await claimed(store, partition);
      expect(owned.progress).toEqual(checkpointOf(planOf(5, 6), 1).progress);
      expect(owned.states.get("default\0a")).toEqual(loadedOf("2", 5));
      generation = owned.generation;
    });

    test("gives as many states as were asked for, of those with most actions, and says so", async () => {
      const owned = await claimed(store, partition, 1);
      expect(owned).toMatchObject({
        states: new Map([["default\0b", loadedOf(bytes, 0)]]),
        isComplete: false,
      });
      generation = owned.generation;
    });

    test("gives the states of the identities that are asked for, whatever their names; those with most actions last", async () => {
      const odd = "default\0o'brien\\\n\u202e😀";
      await store.save(partition, checkpointOf(planOf(6, 7), generation, { [odd]: "odd" }));
      expect(await store.states(partition, [odd, "default\0a", "default\0nobody"])).toEqual(
        new Map([
          [odd, loadedOf("odd", 6)],
          ["default\0a", loadedOf("2", 5)],
        ]),
      );
      const owned = await claimed(store, partition);
      expect([...owned.states.keys()]).toEqual(["default\0a", odd, "default\0b"]);
      generation = owned.generation;
    });

    test("knows what it has stored from another place of the log, by id, start and identity", async () => {
      const { tenant, identityId, startedAtUs, id } = action;
      const key = { tenant, identityId, startedAtUs, id, offset: 9, index: 0 };
      const asked = [
        { ...key, startedAtUs: startedAtUs + 1 },
        key,
        { ...key, identityId: "agent:o'brien\\" },
        { ...key, tenant: "acme" },
        { ...key, id: "0".repeat(32) },
        { ...key, offset: 0, index: 1 },
        // From its own place: an attempt at the very chunk that asks.
        { ...key, offset: 0 },
      ];
      expect(await store.stored(partition, asked)).toEqual(new Set([1, 5]));
    });

    test("fences a worker that plans behind the position", async () => {
      expect(await store.plan(partition, generation, planOf(5, 6))).toEqual({ kind: "fenced" });
    });

    test("reads position and states as of one moment, whatever is saved meanwhile", async () => {
      const key = "default\0busy";
      let isSaving = true;
      const saving = (async () => {
        for (let chunk = 10; chunk < 60; chunk += 1)
          await store.save(partition, checkpointOf(planOf(chunk, chunk + 1), generation, { [key]: "busy" }));
      })().finally(() => {
        isSaving = false;
      });
      const differ: number[] = [];
      while (isSaving) {
        const { progress, states } = await claimed(opened.as("reader"), partition);
        const chunk = states.get(key)?.chunk ?? -1;
        if (chunk !== -1 && progress?.chunk !== chunk + 1) differ.push(chunk);
        await immediate();
      }
      await saving;
      expect(differ).toEqual([]);
    });
  });
}
