"""An agent, its tools and a chain, for all instrumentations of LangChain."""

from langchain.agents import create_agent
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI


@tool
def weather(city: str) -> str:
    """Weather of a city."""
    return f"Sunny in {city}"


@tool
def close_ticket() -> str:
    """Closes a ticket."""
    raise PermissionError("refused")


def steps():
    model = ChatOpenAI(model="gpt-4o-mini", max_retries=0)
    agent = create_agent(model, [weather], name="weather-agent")
    chain = ChatPromptTemplate.from_template("Weather in {city}?") | model
    turns = {"messages": [{"role": "user", "content": "Weather in Bern?"}]}
    return (
        lambda: agent.invoke(turns),
        lambda: chain.invoke({"city": "Bern"}),
        lambda: close_ticket.invoke({}),
        lambda: ChatOpenAI(model="gpt-none", max_retries=0).invoke("x"),
    )
