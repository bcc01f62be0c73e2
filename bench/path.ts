import { startClickHouse } from "../test/support/servers.ts";
import { embeddedPath } from "./embedded-path.ts";
import type { Area } from "./figure.ts";
import { kafkaPath } from "./kafka-path.ts";

/**
 * The whole way of a span, from a request or a record to a row, in spans a second of the processor time of the process
 * that does the work. ClickHouse and Kafka are processes of their own and not counted in it.
 */
export const path: Area = {
  area: "path",
  async run(progress) {
    const clickhouse = await startClickHouse();
    try {
      const embedded = await embeddedPath(clickhouse.url, progress);
      return [embedded, ...(await kafkaPath(clickhouse, progress))];
    } finally {
      await clickhouse.stop();
    }
  },
};
