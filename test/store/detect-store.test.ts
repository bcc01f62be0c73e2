import { detectStore } from "../../detector/store/detect-store.ts";
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
