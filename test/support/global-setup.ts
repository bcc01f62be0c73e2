import { clickHouseVariable, kafkaVariable } from "./shared.ts";
import { startClickHouse, startKafka } from "./servers.ts";
import { keep, stopKept } from "./kept.ts";

/** Starts one Kafka and one ClickHouse for the whole run; the tests find them through the environment. */
async function setup(): Promise<void> {
  try {
    await Promise.all([
      provide(clickHouseVariable, "ClickHouse", startClickHouse, (server) => server.url),
      provide(kafkaVariable, "Kafka", startKafka, (server) => server.brokers.join(",")),
    ]);
  } catch (error) {
    await stopKept();
    throw error;
  }
}

async function provide<Server extends { stop(): Promise<void> }>(
  variable: string,
  name: string,
  start: () => Promise<Server>,
  address: (server: Server) => string,
): Promise<void> {
  if (process.env[variable] !== undefined) return;
  const startedAtMs = Date.now();
  const server = await start();
  keep(variable, server);
  process.env[variable] = address(server);
  process.stderr.write(`${name} started in ${Date.now() - startedAtMs} ms\n`);
}

export { setup as default };
