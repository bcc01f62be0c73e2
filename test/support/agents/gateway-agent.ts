/** An agent as its developer writes it, that reads a secret, asks a service and writes, for a person; twice over. */
import { createServer } from "node:http";
import { once } from "node:events";
import { runAs, secretRead, start, tool } from "answerable/instrumentation";

const answerable = start({ identity: { id: "agent:gateway", kind: "ai_agent", owner: "team:support" } });
const server = createServer((_, answer) => answer.end("{}")).listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as { port: number };
const orders = `http://127.0.0.1:${String(port)}/orders`;

const readOrder = tool(
  "orders.read",
  async ({ id }: { id: number }) => (await fetch(`${orders}/${String(id)}`)).text(),
  {
    resource: ({ id }) => ({ id: `shop/orders/${String(id)}`, kind: "order" }),
  },
);
const sendMail = tool("mail.send", async ({ to }: { to: string }) => `sent to ${to}`, {
  mutating: true,
  resource: ({ to }) => ({ id: to, kind: "email" }),
});

for (const person of ["user:ana@acme.example", "user:ben@acme.example"])
  await runAs({ chain: [person], task: `ticket-of-${person}`, session: person }, async () => {
    await secretRead("vault.kv.read", "kv/prod/mail", async () => "s3cr3t-of-the-mail");
    await readOrder({ id: 7 });
    await sendMail({ to: "eve@evil.example" });
  });
server.close();
await answerable.flush();
const { taken, sent } = answerable.stats();
process.stdout.write(JSON.stringify({ taken, sent }));
