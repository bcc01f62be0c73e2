/** Peer of the Kafka path: a consumer of the ordinary kind. Prints `ready`, then consumes until killed. */
import { Kafka, logLevel } from "kafkajs";
import { peerStore } from "./rows.ts";

const [url = "", database = "", brokers = "", topic = ""] = process.argv.slice(2);
const store = await peerStore(url, database);
const kafka = new Kafka({ brokers: brokers.split(","), logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({
  groupId: `peer-${topic}`,
  maxBytesPerPartition: 4 * 1024 * 1024,
  maxWaitTimeInMs: 250,
});
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
consumer.on(consumer.events.GROUP_JOIN, () => process.stdout.write("ready\n"));
await consumer.run({
  partitionsConsumedConcurrently: 4,
  eachBatch: ({ batch }) => store.insert(batch.messages.map((message) => message.value ?? Buffer.alloc(0))),
});
