import os

from common import run
from opentelemetry.instrumentation.redis import RedisInstrumentor

RedisInstrumentor().instrument()
import redis

client = redis.Redis(host="127.0.0.1", port=int(os.environ["REDIS_PORT"]), db=1)


def pipelined():
    with client.pipeline() as pipe:
        pipe.set("a", 1).get("a").execute()


run(
    lambda: client.set("k", "v"),
    lambda: client.get("k"),
    lambda: client.hset("h", "f", "v"),
    lambda: client.delete("k"),
    lambda: client.lpush("h", "x"),
    pipelined,
    lambda: client.eval("return 1", 0),
)
