/**
 * Goal: an agent, a service over HTTP and its database give one chain, from the person who asked to the table that changed.
 * Method: the example's two processes, on a real PostgreSQL, against `answerable up`.
 */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Example, startExamples } from "../support/examples.ts";
import { type Postgres, startPostgres } from "../support/postgres.ts";

let example: Example;
let postgres: Postgres;

beforeAll(async () => {
  [example, postgres] = await Promise.all([startExamples(), startPostgres()]);
  const { user, password, host, port, database } = postgres;
  const service = await example.serve("http-postgres/service.mjs", {
    ANSWERABLE_IDENTITY: "svc:orders",
    DATABASE_URL: `postgres://${user}:${encodeURIComponent(password)}@${host}:${String(port)}/${database}`,
  });
  await example.run("http-postgres/agent.mjs", {
    ANSWERABLE_IDENTITY: "agent:refunds",
    ORDERS_URL: service.url,
  });
  await service.stop();
}, 120_000);

afterAll(async () => {
  await example.stop();
  await postgres.stop();
});

test("one chain holds the agent and the service, and begins with the person", async () => {
  const chains = await example.rows(
    "SELECT principal, arraySort(identities) AS who FROM v_chains WHERE length(identities) > 1",
  );
  expect(chains).toEqual([{ principal: "user:ben@acme.example", who: ["agent:refunds", "svc:orders"] }]);
});

test("each tool call, its request and its statement are there, with who did it for whom", async () => {
  const actions = await example.rows(
    "SELECT identity_id AS who, kind, operation, path, mutating FROM v_actions WHERE phase = 'end' AND kind != 'agent_run' AND path[1] = 'user:ben@acme.example' ORDER BY started_at, who",
  );
  const onBehalf = ["user:ben@acme.example", "agent:refunds", "svc:orders"];
  expect(actions).toEqual([
    expect.objectContaining({ who: "agent:refunds", kind: "tool_call", operation: "orders.read" }),
    expect.objectContaining({ who: "svc:orders", kind: "resource_access", mutating: false, path: onBehalf }),
    expect.objectContaining({ who: "agent:refunds", kind: "tool_call", operation: "orders.refund" }),
    expect.objectContaining({ who: "svc:orders", kind: "resource_access", mutating: true, path: onBehalf }),
  ]);
});

test("no statement and no value of one is stored", async () => {
  const all = JSON.stringify(await example.rows("SELECT * FROM v_actions"));
  for (const text of ["WHERE id", "refunded'", postgres.password, "c-17"]) expect(all).not.toContain(text);
});
