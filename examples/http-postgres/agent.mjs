/**
 * An agent that looks at an order and refunds it, over plain HTTP; ORDERS_URL is the service's address:
 *
 *     ANSWERABLE_IDENTITY=agent:refunds node --import answerable/register examples/http-postgres/agent.mjs
 */
import { prompt, record, runAs, tool } from "answerable/instrumentation";
import { agentLoop, localModel } from "../local-model.mjs";

const orders = process.env.ORDERS_URL;
const order = { kind: "order" };
const tools = {
  "orders.read": tool("orders.read", async ({ id }) => (await fetch(`${orders}/orders/${id}`)).text(), {
    resource: ({ id }) => ({ ...order, id: String(id) }),
  }),
  "orders.refund": tool(
    "orders.refund",
    async ({ id }) => (await fetch(`${orders}/orders/${id}`, { method: "POST" })).text(),
    { mutating: true, risk: "high", resource: ({ id }) => ({ ...order, id: String(id) }) },
  ),
};

const model = localModel([
  () => ({ text: "", calls: [{ name: "orders.read", arguments: { id: 7 } }] }),
  () => ({ text: "", calls: [{ name: "orders.refund", arguments: { id: 7 } }] }),
]);

const question = "Please refund order 7.";
await runAs({ chain: ["user:ben@acme.example"], task: "ticket-90", session: `run-${Date.now()}` }, () =>
  record({ kind: "agent_run", name: "refunds" }, async () => {
    prompt(question);
    await agentLoop(model, [{ role: "user", text: question }], (name, args) => tools[name](args));
  }),
);
