import os

from common import run
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor

AioHttpClientInstrumentor().instrument()
import aiohttp

web = os.environ["WEB"]


def call(method, url):
    async def step():
        async with aiohttp.ClientSession() as session, session.request(method, url) as answer:
            await answer.read()

    return step


run(
    call("GET", f"{web}/v1/jobs/17?x=1"),
    call("POST", f"{web}/v1/jobs"),
    call("PATCH", f"{web}/v1/jobs/17"),
    call("GET", f"{web}/status/502"),
    call("GET", "http://127.0.0.1:9/refused"),
)
