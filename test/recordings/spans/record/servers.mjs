/** Starts a real PostgreSQL and a real Kafka, says where they are, and stops them when its input ends. */
import { startKafka } from "../../../../dist/test/support/kafka/broker.js";
import { startPostgres } from "../../../../dist/test/support/postgres.js";

const [postgres, kafka] = await Promise.all([startPostgres(), startKafka()]);
const { user, password, port, database } = postgres;
const found = {
  POSTGRES: `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`,
  KAFKA: kafka.brokers[0],
};
process.stdout.write(`${JSON.stringify(found)}\n`);
process.stdin.resume();
process.stdin.on("end", async () => {
  await Promise.all([postgres.stop(), kafka.stop()]);
  process.exit(0);
});
