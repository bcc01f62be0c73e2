import os

from common import run
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

HTTPXClientInstrumentor().instrument()
import httpx

web = os.environ["WEB"]


async def with_async():
    async with httpx.AsyncClient() as client:
        await client.get(f"{web}/v1/async/items")
        await client.post(f"{web}/v1/async/items", json={})


run(
    lambda: httpx.get(f"{web}/v1/müller/daten?x=1"),
    lambda: httpx.post(f"{web}/v1/orders"),
    lambda: httpx.delete(f"{web}/v1/orders/9272bf1e0c1c441600264324f481b97fb54db60b"),
    lambda: httpx.get(f"{web}/status/429"),
    lambda: httpx.get("http://127.0.0.1:9/refused"),
    with_async,
)
