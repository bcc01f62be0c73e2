from common import run
from pydantic_ai import Agent
from pydantic_ai.models.instrumented import InstrumentationSettings

Agent.instrument_all(InstrumentationSettings(include_content=False))
agent = Agent("openai-chat:gpt-4o-mini", name="weather_agent")


@agent.tool_plain
def weather(city: str) -> str:
    return f"Sunny in {city}"


failing = Agent("openai-chat:gpt-4o-mini", name="closer")


@failing.tool_plain
def close_ticket(city: str) -> str:
    raise PermissionError("refused")


run(
    lambda: agent.run_sync("Weather in Bern?"),
    lambda: failing.run_sync("Close it."),
    lambda: Agent("openai-chat:gpt-none").run_sync("x"),
)
