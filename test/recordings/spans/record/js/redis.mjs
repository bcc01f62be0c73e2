import { require, run } from "./common.mjs";

await run(
  () => [
    new (require("@opentelemetry/instrumentation-redis").RedisInstrumentation)({ requireParentSpan: false }),
  ],
  async () => {
    const { createClient } = require("redis");
    const redis = createClient({ url: `redis://127.0.0.1:${process.env.REDIS_PORT}`, RESP: 2 });
    redis.on("error", () => {});
    await redis.connect();
    return [
      () => redis.set("k", "v"),
      () => redis.get("k"),
      () => redis.hSet("h", "f", "v"),
      () => redis.sAdd("s", "one"),
      () => redis.multi().set("a", "1").get("a").exec(),
      () => redis.unlink("k"),
      () => redis.hGet("k2", "f"),
      () => redis.lPush("h", "x"),
    ];
  },
);
