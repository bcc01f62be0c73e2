import { type KafkaServer, startKafka } from "../test/support/servers.ts";
import { stopRoles } from "../test/support/roles.ts";
import { tempFolder } from "../test/support/temp-folder.ts";
import { type ClickHouseServer, startClickHouse } from "./clickhouse.ts";

/** The servers of a soak, and all that must be gone when it ends. */
export interface World {
  readonly kafka: KafkaServer;
  readonly clickhouse: ClickHouseServer;
  /** Has something undone at the end, however that comes; the last first. */
  atEnd(undo: () => Promise<void> | void): void;
  /** Stops everything. May be called again. */
  end(): Promise<void>;
}

/** Starts a real broker and a real ClickHouse; what was started is stopped when that fails half-way. */
export async function startWorld(): Promise<World> {
  const undos: (() => Promise<void> | void)[] = [];
  const end = async (): Promise<void> => {
    await stopRoles();
    for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) await undo();
  };
  try {
    const folder = tempFolder("soak");
    undos.push(() => folder.remove());
    const kafka = await startKafka();
    undos.push(() => kafka.stop());
    const clickhouse = await startClickHouse(folder.path);
    undos.push(() => clickhouse.stop());
    return { kafka, clickhouse, atEnd: (undo) => void undos.push(undo), end };
  } catch (error) {
    await end();
    throw error;
  }
}
