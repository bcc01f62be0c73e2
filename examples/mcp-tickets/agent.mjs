/**
 * An agent that reads a ticket, looks its customer up and opens a change request, with tools over MCP in a second process:
 *
 *     ANSWERABLE_IDENTITY=agent:triage node --import answerable/register examples/mcp-tickets/agent.mjs
 */
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { prompt, record, runAs } from "answerable/instrumentation";
import { agentLoop, lastOutput, localModel } from "../local-model.mjs";

const model = localModel([
  () => ({ text: "", calls: [{ name: "tickets.read", arguments: { id: 4711 } }] }),
  (messages) => {
    const { customer } = JSON.parse(lastOutput(messages));
    return { text: "", calls: [{ name: "customers.lookup", arguments: { id: customer } }] };
  },
  () => ({
    text: "",
    calls: [{ name: "changes.open", arguments: { customer: "c-17", title: "Export fails" } }],
  }),
]);

const transport = new StdioClientTransport({
  command: process.execPath,
  args: ["--import", "answerable/register", fileURLToPath(new URL("server.mjs", import.meta.url))],
  // MCP hands on few variables by itself; the server is to know who it is, and where its spans go.
  env: { ...process.env, ANSWERABLE_IDENTITY: "svc:support-mcp" },
});
const client = new Client({ name: "triage", version: "1.0.0" });
await client.connect(transport);

const callTool = async (name, args) => {
  const { content } = await client.callTool({ name, arguments: args });
  return content[0].text;
};

const question = "Please look into ticket 4711 and open a change for it.";
await runAs({ chain: ["user:ana@acme.example"], task: "ticket-4711", session: `run-${Date.now()}` }, () =>
  record({ kind: "agent_run", name: "triage" }, async () => {
    prompt(question);
    await agentLoop(model, [{ role: "user", text: question }], callTool);
  }),
);
await client.close();
