import { equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** An agent asks for database access outside its approved task. */
export const rm1: Telling = {
  rests: ["guard", "outside-grant"],
  async tell(kit) {
    const id = kit.name("agent:triage");
    const task = kit.name("TCK-1");
    await kit.decide("/v1/tasks", {
      open: [{ id: task, kind: "ticket", title: "Look into an export" }],
      close: [],
    });
    await kit.grant(
      grantOf(kit, "read-orders", id, {
        operations: ["db.read"],
        resources: ["shop/*"],
        conditions: { task: { id: task } },
      }),
    );
    const database = await kit.target();
    const agent = kit.agent(id);
    const read = (session: string) =>
      agent.act(
        { kind: "resource_access", name: "db.read", resource: { id: "shop/orders", kind: "db_table" } },
        { task, session: kit.name(session) },
        { target: database.url },
      );
    await kit.until("the guard has heard of the grant", async () => (await read("inside")).ran);
    const before = database.seen.length;
    await kit.decide("/v1/tasks", { open: [], close: [{ id: task, reason: "solved" }] });
    await kit.pause(1_000);
    const late = await read("outside");
    equal(late.error, "ActionDenied");
    equal(late.reason, "task_closed");
    equal(database.seen.length, before);
    await kit.finding("outside-grant", id, "task_closed");
    const [row] = await kit.rowsOnce<Record<string, string>>(
      1,
      `SELECT verdict, outcome, reason FROM v_decisions WHERE identity_id = '${id}' AND verdict = 'deny' AND reason = 'task_closed'`,
    );
    equal(row?.["outcome"], "blocked");
  },
};
