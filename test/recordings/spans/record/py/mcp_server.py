from mcp.server.fastmcp import FastMCP

server = FastMCP("tickets")


@server.tool()
def read_ticket(number: int) -> str:
    return f"Ticket {number}"


@server.tool()
def close_ticket(number: int) -> str:
    raise PermissionError("refused")


@server.resource("tickets://open/4711")
def open_tickets() -> str:
    return "[]"


server.run()
