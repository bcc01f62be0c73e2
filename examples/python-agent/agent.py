"""A refund agent as anybody would write it. It does not know Answerable, and starts no telemetry: opentelemetry-instrument does.

Two lines tell what no library can see, a tool that runs and the agent around it; agent frameworks emit the same by themselves.
"""

import json
import os
import sqlite3

import requests
from openai import OpenAI
from opentelemetry.util.genai.handler import TelemetryHandler

telemetry = TelemetryHandler()
model = OpenAI(api_key=os.environ.get("OPENAI_API_KEY", "none"))
customers = sqlite3.connect(":memory:")


def find_customer(order: int) -> dict:
    cursor = customers.cursor()
    cursor.execute("SELECT name FROM customers WHERE order_id = ?", (order,))
    (name,) = cursor.fetchone()
    cursor.execute("INSERT INTO looked_up VALUES (?)", (order,))
    return {"customer": name}


def refund(order: int) -> dict:
    answer = requests.post(f"{os.environ['ORDERS_URL']}/orders/{order}/refund", timeout=30)
    answer.raise_for_status()
    return answer.json()


tools = {"find_customer": find_customer, "refund": refund}
offered = [
    {
        "type": "function",
        "function": {
            "name": name,
            "parameters": {"type": "object", "properties": {"order": {"type": "integer"}}, "required": ["order"]},
        },
    }
    for name in tools
]


def use(call) -> dict:
    """Runs the tool that the model asks for, and puts its result into words for the model."""
    with telemetry.tool(call.function.name, tool_type="function"):
        result = tools[call.function.name](**json.loads(call.function.arguments))
    return {"role": "tool", "tool_call_id": call.id, "content": json.dumps(result)}


def run(question: str) -> str:
    messages = [{"role": "user", "content": question}]
    with telemetry.invoke_local_agent(agent_name="refunds"):
        while True:
            answer = model.chat.completions.create(model="local-model", messages=messages, tools=offered).choices[0].message
            if not answer.tool_calls:
                return answer.content
            messages += [answer, *(use(call) for call in answer.tool_calls)]


customers.executescript(
    "CREATE TABLE customers (order_id, name); CREATE TABLE looked_up (order_id); INSERT INTO customers VALUES (7, 'Ana')"
)
print(run("Please refund order 7."))
