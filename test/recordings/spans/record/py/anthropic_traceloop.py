from common import run
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

AnthropicInstrumentor().instrument()
import anthropic

client = anthropic.Anthropic(max_retries=0)
turns = [{"role": "user", "content": "Weather in Bern?"}]
tool = {"name": "weather", "description": "weather", "input_schema": {"type": "object", "properties": {}}}


def ask(**more):
    return client.messages.create(**({"model": "claude-3-5-haiku-latest", "max_tokens": 9, "messages": turns} | more))


run(lambda: ask(), lambda: ask(tools=[tool]), lambda: ask(model="gpt-none"))
