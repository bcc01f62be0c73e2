/** A support system as an MCP server over stdio: three tools, and a database that is an object. */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { resourceAccess } from "answerable/instrumentation";
import { z } from "zod";

const tickets = { 4711: { customer: "c-17", text: "The export of customer c-17 fails since Monday." } };
const customers = { "c-17": { name: "Acme", plan: "gold" } };
const text = (value) => ({ content: [{ type: "text", text: JSON.stringify(value) }] });

const server = new McpServer({ name: "support", version: "1.0.0" });
server.registerTool("tickets.read", { inputSchema: { id: z.number() } }, ({ id }) =>
  resourceAccess("db.read", { id: "crm/tickets", kind: "db_table" }, () => text(tickets[id])),
);
server.registerTool("customers.lookup", { inputSchema: { id: z.string() } }, ({ id }) =>
  resourceAccess("db.read", { id: "crm/customers", kind: "db_table" }, () => text(customers[id])),
);
server.registerTool(
  "changes.open",
  { inputSchema: { customer: z.string(), title: z.string() } },
  ({ customer }) =>
    resourceAccess("db.insert", { id: "crm/changes", kind: "db_table", mutating: true }, () =>
      text({ id: "CHG-1", customer }),
    ),
);
await server.connect(new StdioServerTransport());
