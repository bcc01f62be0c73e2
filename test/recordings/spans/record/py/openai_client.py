"""What all instrumentations of the OpenAI client are recorded with."""

import openai

tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
turns = [{"role": "user", "content": "Weather in Bern?"}]


def steps():
    client = openai.OpenAI(max_retries=0)
    asynchronous = openai.AsyncOpenAI(max_retries=0)

    def ask(**more):
        return client.chat.completions.create(**({"model": "gpt-4o-mini", "messages": turns} | more))

    async def ask_later():
        await asynchronous.chat.completions.create(model="gpt-4o", messages=turns)

    return (
        lambda: ask(),
        lambda: ask(tools=[tool]),
        lambda: list(ask(stream=True)),
        lambda: ask(model="gpt-none"),
        lambda: client.embeddings.create(model="text-embedding-3-small", input="Bern", encoding_format="float"),
        lambda: client.responses.create(model="gpt-4o", input="Weather in Bern?"),
        ask_later,
    )
