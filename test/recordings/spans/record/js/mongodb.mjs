import { require, run } from "./common.mjs";

await run(
  () => [
    new (require("@opentelemetry/instrumentation-mongodb").MongoDBInstrumentation)({
      requireParentSpan: false,
    }),
  ],
  async () => {
    const { MongoClient } = require("mongodb");
    const client = new MongoClient(process.env.MONGO, { monitorCommands: false });
    await client.connect();
    const orders = client.db("shop").collection("orders");
    return [
      () => orders.insertOne({ n: 1 }),
      () => orders.findOne({ n: 1 }),
      () => orders.updateMany({}, { $set: { n: 2 } }),
      () => orders.findOneAndDelete({ n: 2 }),
      () => orders.aggregate([{ $match: {} }]).toArray(),
      () => orders.deleteMany({}),
      () => orders.countDocuments(),
      () => orders.createIndex({ n: 1 }),
      () => client.db("shop").command({ createUser: "reader", pwd: "none", roles: [] }),
      () => client.db("shop").collection("missing").findOne(),
    ];
  },
);
