import { expect, test } from "@jest/globals";
import { detectStore } from "../../detector/store/detect-store.ts";
import { countsWith, planWith, progressAfter } from "../support/chunks.ts";
import { memoryStore, noFault } from "../support/memory.ts";
import { detectStoreContract } from "../support/store-contract.ts";
import { freshStore } from "../support/store.ts";

const idsOf = (rows: readonly string[]): string[] =>
  rows.map((row) => (JSON.parse(row) as { id: string }).id).toSorted();

detectStoreContract("memory", async () => {
  const { store, content } = memoryStore();
  return {
    as: () => store(noFault),
    ids: async () => {
      const { actions, findings, alerts } = content();
      return { actions: idsOf(actions), findings: idsOf(findings), alerts: idsOf(alerts) };
    },
    close: async () => {},
  };
});

detectStoreContract("ClickHouse", async () => {
  const store = await freshStore();
  const { database } = store;
  const ids = async (column: string, table: string): Promise<string[]> =>
    (await database.query<{ id: string }>(`SELECT ${column} AS id FROM ${table} ORDER BY id`)).map(
      (row) => row.id,
    );
  return {
    as: (owner) => detectStore(database, owner),
    ids: async () => ({
      actions: await ids("action_id", "v_actions"),
      findings: await ids("finding_id", "v_findings"),
      alerts: await ids("alert_id", "alerts FINAL"),
    }),
    close: () => store.drop(),
  };
});

test("a position that doesn't name what is held back, as older versions left it, is refused with a sentence", async () => {
  const fresh = await freshStore();
  const { database } = fresh;
  const store = detectStore(database, "one");
  const partition = { topic: "nhi.spans", partition: 3 };
  const save = (from: number, heldFrom: number): Promise<void> => {
    const plan = planWith(from, from + 5);
    // Without the property it is not there in JSON either.
    const progress = { ...progressAfter(plan, { heldFrom }), heldRows: undefined as unknown as string };
    return store.save(partition, { plan, generation: 1, counts: countsWith(), progress, states: new Map() });
  };
  await save(0, 5);
  expect((await store.claim(partition, 10, () => undefined)).progress).toMatchObject({
    next: 5,
    heldRows: "",
  });
  await save(5, 7);
  await expect(store.claim(partition, 10, () => undefined)).rejects.toThrow(
    /nhi\.spans:3 doesn't name the actions/u,
  );
  await fresh.drop();
});
