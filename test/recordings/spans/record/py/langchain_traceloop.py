from common import run
from opentelemetry.instrumentation.langchain import LangchainInstrumentor

LangchainInstrumentor().instrument()
from langchain_agent import steps

run(*steps())
