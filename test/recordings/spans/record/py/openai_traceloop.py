from common import run
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

OpenAIInstrumentor().instrument()
from openai_client import steps

run(*steps())
