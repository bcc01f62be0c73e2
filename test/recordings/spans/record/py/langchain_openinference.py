from common import run
from openinference.instrumentation.langchain import LangChainInstrumentor

LangChainInstrumentor().instrument()
from langchain_agent import steps

run(*steps())
