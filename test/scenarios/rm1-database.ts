import { deepEqual, equal } from "node:assert/strict";
import pg from "pg";
import { type Postgres, startPostgres } from "../support/postgres.ts";
import type { Agent } from "../support/story/agent.ts";
import { grantOf } from "../support/story/grant.ts";
import type { Kit, Telling } from "../support/story/kit.ts";

const inWindow = "SELECT total FROM orders WHERE id = 1";
const reads = "SELECT total FROM orders WHERE id = 2";
const wipes = "DELETE FROM orders";

/** An agent asks a real database for something outside its approved task. */
export const rm1: Telling = {
  rests: ["guard", "outside-grant"],
  async tell(kit) {
    const server = await startPostgres();
    const owner = new pg.Client(server);
    try {
      await owner.connect();
      await owner.query("CREATE TABLE orders (id int, total int)");
      await owner.query("INSERT INTO orders VALUES (1, 10), (2, 20)");
      const agent = agentOf(kit, server);
      try {
        await tellOf(kit, agent, server, owner);
      } finally {
        await agent.stop();
      }
    } finally {
      await owner.end();
      await server.stop();
    }
  },
};

/** Its statements are plain calls of the library `pg`: what guards them was put before its program. */
function agentOf(kit: Kit, { host, port, user, password, database }: Postgres): Agent {
  const id = kit.name("agent:triage");
  return kit.agent(id, "ai_agent", {
    NODE_OPTIONS: "--import=answerable/register",
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
    PGAPPNAME: id,
  });
}

async function tellOf(kit: Kit, agent: Agent, server: Postgres, owner: pg.Client): Promise<void> {
  const { id } = agent;
  const task = kit.name("TCK-1");
  const table = `postgresql://${server.host}/${server.database}/orders`;
  await kit.decide("/v1/tasks", {
    open: [{ id: task, kind: "ticket", title: "Look into an export" }],
    close: [],
  });
  await kit.grant(
    grantOf(kit, "read-orders", id, {
      operations: ["db.select", "db.delete"],
      resources: [table],
      conditions: { task: { id: task } },
    }),
  );
  const as = { task, session: kit.name("run") };
  const select = { kind: "resource_access", name: "db.select", resource: { id: table, kind: "db" } } as const;
  await kit.heard(agent, select, as);
  equal((await agent.query(inWindow, as)).ran, true);
  const before = await sawOf(owner, id);
  deepEqual(before.saw, [inWindow]);

  await kit.decide("/v1/tasks", { open: [], close: [{ id: task, reason: "solved" }] });
  await kit.heard(agent, select, as, "task_closed");
  for (const sql of [reads, wipes]) {
    const late = await agent.query(sql, as);
    deepEqual([late.ran, late.error, late.reason], [false, "ActionDenied", "task_closed"]);
  }
  deepEqual(await sawOf(owner, id), before);

  for (const operation of ["db.select", "db.delete"]) await kit.finding("outside-grant", id, operation);
  const attempts = await kit.rowsOnce(
    2,
    `SELECT operation, verdict, outcome, reason FROM v_decisions WHERE identity_id = '${id}' AND reason = 'task_closed' ORDER BY operation`,
  );
  deepEqual(
    attempts,
    ["db.delete", "db.select"].map((operation) => ({
      operation,
      verdict: "deny",
      outcome: "blocked",
      reason: "task_closed",
    })),
  );
}

/** What the database itself says of the agent's connection: the statement that came last, and when; and what is in the table. */
async function sawOf(
  owner: pg.Client,
  agent: string,
): Promise<{ readonly saw: readonly unknown[]; readonly rest: readonly unknown[] }> {
  const { rows } = await owner.query<{ query: string; at: string; orders: string }>(
    "SELECT query, query_start::text AS at, (SELECT count(*) FROM orders)::text AS orders FROM pg_stat_activity WHERE application_name = $1",
    [agent],
  );
  return { saw: rows.map(({ query }) => query), rest: rows.map(({ at, orders }) => [at, orders]) };
}
