import pathlib
import sys

from common import run
from opentelemetry.instrumentation.mcp import McpInstrumentor

McpInstrumentor().instrument()
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

program = pathlib.Path(__file__).with_name("mcp_server.py")


async def talk():
    async with stdio_client(StdioServerParameters(command=sys.executable, args=[str(program)])) as (reading, writing):
        async with ClientSession(reading, writing) as session:
            await session.initialize()
            await session.list_tools()
            await session.call_tool("read_ticket", {"number": 4711})
            await session.call_tool("close_ticket", {"number": 4711})
            await session.read_resource("tickets://open/4711")


run(talk)
