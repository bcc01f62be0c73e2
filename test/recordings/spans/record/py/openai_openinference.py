from common import run
from openinference.instrumentation.openai import OpenAIInstrumentor

OpenAIInstrumentor().instrument()
from openai_client import steps

run(*steps())
