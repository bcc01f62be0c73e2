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
    const read = () =>
      agent.act(
        {
          kind: "resource_access",
          name: "customers.read",
          resource: { id: "crm/customers/7", kind: "customer" },
        },
        { task, session: kit.name("run") },
        { target: customers.url },
      );
    await kit.until("the guard has heard of the grant", async () => (await read()).ran);
    const before = Date.now();
    await kit.decide("/v1/tasks", { open: [], close: [{ id: task, reason: "solved" }] });
    const denied = await kit.until("the next read is denied", async () => {
      const went = await read();
      return went.ran ? undefined : { went, afterMs: Date.now() - before };
    });
    equal(denied.went.reason, "task_closed");
    equal(denied.afterMs < 1_000, true);
    const seen = customers.seen.length;
    await read();
    equal(customers.seen.length, seen);
  },
};
