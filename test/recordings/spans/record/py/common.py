"""Starts the OpenTelemetry SDK, runs the steps, and sends what they did."""

import asyncio
import inspect

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)


def run(*steps):
    """Runs each step; one that fails was meant to, as errors are spans, too."""

    async def all_of_them():
        for step in steps:
            try:
                done = step()
                if inspect.isawaitable(done):
                    await done
            except Exception as error:
                print(type(error).__name__, error)

    if any(inspect.iscoroutinefunction(step) for step in steps):
        asyncio.run(all_of_them())
    else:
        for step in steps:
            try:
                step()
            except Exception as error:
                print(type(error).__name__, error)
    provider.shutdown()
