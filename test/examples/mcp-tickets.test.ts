/**
 * Goal: an agent whose tools are in another process gives one chain, from the person who asked to each thing that was touched.
 * Method: the example as its page says it is run, against `answerable up`, with nothing in it but one `--import`.
 */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Example, startExamples } from "../support/examples.ts";

let example: Example;

beforeAll(async () => {
  example = await startExamples();
  await example.run("mcp-tickets/agent.mjs", { ANSWERABLE_IDENTITY: "agent:triage" });
}, 90_000);

afterAll(() => example.stop());

test("one chain holds both processes, and begins with the person", async () => {
  const chains = await example.rows(
    "SELECT principal, arraySort(identities) AS who, actions FROM v_chains WHERE length(identities) > 1",
  );
  expect(chains).toEqual([
    { principal: "user:ana@acme.example", who: ["agent:triage", "svc:support-mcp"], actions: 7 },
  ]);
});

test("each tool call is the agent's, and what it touched is the server's on its behalf", async () => {
  const actions = await example.rows(
    "SELECT identity_id AS who, kind, operation, resource_ids[1] AS what, path FROM v_actions WHERE phase = 'end' AND kind NOT IN ('agent_run', 'exec') ORDER BY started_at",
  );
  const onBehalf = ["user:ana@acme.example", "agent:triage", "svc:support-mcp"];
  const call = (operation: string) =>
    expect.objectContaining({ who: "agent:triage", kind: "tool_call", operation });
  const touch = (operation: string, what: string) =>
    expect.objectContaining({
      who: "svc:support-mcp",
      kind: "resource_access",
      operation,
      what,
      path: onBehalf,
    });
  expect(actions).toEqual([
    call("tickets.read"),
    touch("db.read", "crm/tickets"),
    call("customers.lookup"),
    touch("db.read", "crm/customers"),
    call("changes.open"),
    touch("db.insert", "crm/changes"),
  ]);
});

test("what the server touched hangs below the call that asked for it", async () => {
  const pairs = await example.rows(
    "SELECT a.operation AS outer, b.operation AS inner FROM v_actions AS a JOIN v_actions AS b ON b.trace_id = a.trace_id AND b.parent_id = a.action_id WHERE a.kind = 'tool_call' ORDER BY a.started_at",
  );
  expect(pairs).toEqual([
    { outer: "tickets.read", inner: "db.read" },
    { outer: "customers.lookup", inner: "db.read" },
    { outer: "changes.open", inner: "db.insert" },
  ]);
});
