import { require, run } from "./common.mjs";

await run(
  () => [new (require("@opentelemetry/instrumentation-kafkajs").KafkaJsInstrumentation)()],
  async () => {
    const { Kafka, logLevel } = require("kafkajs");
    const kafka = new Kafka({
      brokers: [process.env.KAFKA],
      clientId: "billing",
      logLevel: logLevel.NOTHING,
    });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: "orders" }] });
    const producer = kafka.producer();
    await producer.connect();
    const consumer = kafka.consumer({ groupId: "invoices" });
    await consumer.connect();
    await consumer.subscribe({ topics: ["orders"], fromBeginning: true });
    return [
      () =>
        producer.send({
          topic: "orders",
          messages: [
            { key: "1", value: "a" },
            { key: "2", value: "b" },
          ],
        }),
      () => producer.sendBatch({ topicMessages: [{ topic: "orders", messages: [{ value: "c" }] }] }),
      () =>
        new Promise((resolve) => {
          let seen = 0;
          void consumer.run({
            eachMessage: async () => {
              seen += 1;
              if (seen === 3) setTimeout(resolve, 500);
            },
          });
        }),
      () => consumer.disconnect(),
    ];
  },
);
