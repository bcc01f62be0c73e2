from common import run
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor

OpenAIAgentsInstrumentor().instrument()
from agents import Agent, Runner, function_tool


@function_tool
def weather(city: str) -> str:
    return f"Sunny in {city}"


@function_tool
def close_ticket(city: str) -> str:
    raise PermissionError("refused")


def agent(tool, **more):
    return Agent(name="Triage agent", model="gpt-4o", tools=[tool], **more)


run(
    lambda: Runner.run_sync(agent(weather), "Weather in Bern?"),
    lambda: Runner.run_sync(agent(close_ticket), "Close it."),
)
