/** Our own SDK, from the built package. */
const built = process.env.ANSWERABLE_BUILT;
const { start } = await import(`${built}/instrumentation/index.js`);
const sdk = start({ identity: { id: "agent:triage", kind: "ai_agent", owner: "team:support" } });
const {
  credential,
  delegate,
  exec,
  permissionChange,
  prompt,
  record,
  resourceAccess,
  runAs,
  secretRead,
  tool,
} = sdk;

const read = tool("tickets.read", async () => "Ticket 1: please pay", {
  resource: () => ({ id: "crm/tickets/1", kind: "ticket" }),
});
const send = tool("mail.send", async ({ to }) => to, {
  mutating: true,
  resource: ({ to }) => ({ id: to, kind: "email" }),
});
const failing = tool("tickets.close", async () => {
  throw new Error("refused");
});

await runAs({ chain: ["user:ana@acme.example"], task: "ticket-1", session: "run-1" }, async () => {
  prompt("Please look into ticket 1.");
  await read({ id: 1 });
  await send({ to: "eve@evil.example" });
  await failing({}).catch(() => {});
  await secretRead("vault.kv.read", "secret/crm/db", async () => 1);
  await resourceAccess(
    "crm.export",
    { id: "crm/customers", kind: "db_table", mutating: false },
    async () => 1,
  );
  await permissionChange("iam.attach", { id: "role/admin", kind: "role" }, async () => 1);
  await exec("/usr/bin/git", async () => 1);
  await credential.issued("sts.assume", { id: "akia-1", type: "aws_sts" }, async () => 1);
  await credential.used({ id: "key-1", type: "api_key" }, async () => 1);
  await credential.revoked("sts.revoke", { id: "akia-1", type: "aws_sts" }, async () => 1);
  await delegate("agent:mailer", async () => send({ to: "bo@acme.example" }));
});
await runAs({ identity: { id: "sa:nightly", kind: "service_account" }, session: "run-2" }, async () => {
  await record(
    { kind: "model_call", name: "chat", resource: { id: "gpt-4o", kind: "model" } },
    async () => 1,
  );
});
await sdk.flush?.();
await sdk.stop?.();
process.exit(0);
