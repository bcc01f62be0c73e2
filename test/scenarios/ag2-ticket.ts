import { equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** A ticket closes in the middle of a run, and the next read is denied within a second. */
export const ag2: Telling = {
  rests: ["guard"],
  async tell(kit) {
    const id = kit.name("agent:support");
    const task = kit.name("TCK-2");
    await kit.decide("/v1/tasks", { open: [{ id: task, kind: "ticket" }], close: [] });
    await kit.grant(
      grantOf(kit, "read-customers", id, {
        operations: ["customers.read"],
        resources: ["crm/*"],
        conditions: { task: { id: task } },
      }),
    );
    const customers = await kit.target();
    const agent = kit.agent(id);
    const customer = { id: "crm/customers/7", kind: "customer" };
    const action = { kind: "resource_access", name: "customers.read", resource: customer } as const;
    const as = { task, session: kit.name("run") };
    const read = () => agent.act(action, as, { target: customers.url });
    await kit.heard(agent, action, as);
    for (let nth = 0; nth < 3; nth += 1) equal((await read()).ran, true);
    equal(customers.seen.length, 3);

    const closedAt = Date.now();
    await kit.decide("/v1/tasks", { open: [], close: [{ id: task, reason: "solved" }] });
    const denied = await kit.until("the next read is denied", async () => {
      const went = await read();
      return went.ran ? undefined : { went, afterMs: Date.now() - closedAt };
    });
    equal(denied.went.reason, "task_closed");
    equal(denied.afterMs < 1_000, true, `denied after ${String(denied.afterMs)} ms`);
    const seen = customers.seen.length;
    for (let nth = 0; nth < 3; nth += 1) equal((await read()).reason, "task_closed");
    equal(customers.seen.length, seen);
    const attempts = await kit.rowsOnce(
      4,
      `SELECT outcome FROM v_decisions WHERE identity_id = '${id}' AND verdict = 'deny' AND reason = 'task_closed'`,
    );
    equal(attempts.length, 4);
  },
};
