/** Real servers for tests. A test that harms its server starts its own; all others share the run's (see shared.ts). */
import { startEmbeddedClickHouse, type EmbeddedClickHouse } from "../../detector/store/embedded/server.ts";
import { tempFolder } from "./temp-folder.ts";

export { startKafka, type KafkaServer } from "./kafka/broker.ts";

/** Starts a ClickHouse server in a folder of its own, which goes when it is stopped. */
export async function startClickHouse(): Promise<EmbeddedClickHouse> {
  const folder = tempFolder("clickhouse");
  try {
    const server = await startEmbeddedClickHouse({ dataDir: folder.path });
    return { ...server, stop: () => server.stop().finally(() => folder.remove()) };
  } catch (error) {
    folder.remove();
    throw error;
  }
}
