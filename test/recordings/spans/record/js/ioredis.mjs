import { require, run } from "./common.mjs";

await run(
  () => [
    new (require("@opentelemetry/instrumentation-ioredis").IORedisInstrumentation)({
      requireParentSpan: false,
    }),
  ],
  async () => {
    const Redis = require("ioredis").default ?? require("ioredis");
    const redis = new Redis({
      host: "127.0.0.1",
      port: Number(process.env.REDIS_PORT),
      db: 2,
      enableReadyCheck: false,
    });
    return [
      () => redis.set("session:1", "x"),
      () => redis.get("session:1"),
      () => redis.hset("user:1", "name", "Ana"),
      () => redis.hgetall("user:1"),
      () => redis.incr("visits"),
      () => redis.lpush("jobs", "1"),
      () => redis.expire("session:1", 60),
      () => redis.publish("news", "x"),
      () => redis.del("session:1"),
      () => redis.lpush("visits", "1"),
      () => redis.flushdb(),
    ];
  },
);
