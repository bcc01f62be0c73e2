import { equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** A CI account may fetch secrets during a build, from the build network; else it is denied, or found where no guard is. */
export const ag3: Telling = {
  rests: ["guard", "outside-grant"],
  async tell(kit) {
    const id = kit.name("ci:acme/shop/build");
    const task = kit.name("BUILD-1");
    await kit.decide("/v1/tasks", { open: [{ id: task, kind: "build" }], close: [] });
    await kit.grant(
      grantOf(kit, "build-secrets", id, {
        operations: ["vault.kv.read"],
        resources: ["kv/shop/*"],
        conditions: { task: { id: task, kind: "build" }, networks: ["10.1.0.0/16"] },
      }),
    );
    const agent = kit.agent(id, "ci_job");
    const unguarded = kit.agent(id, "ci_job", { ANSWERABLE_GUARD: "off" });
    const fetchSecret = (by: typeof agent, network: string, session: string) =>
      by.act(
        {
          kind: "secret_read",
          name: "vault.kv.read",
          resource: { id: "kv/shop/deploy", kind: "secret" },
          attributes: { "nhi.network": network },
        },
        { task, session: kit.name(session) },
      );
    await kit.until(
      "the guard has heard of the grant",
      async () => (await fetchSecret(agent, "10.1.2.3", "build")).ran,
    );
    equal((await fetchSecret(agent, "203.0.113.9", "elsewhere")).reason, "wrong_network");
    await fetchSecret(unguarded, "203.0.113.9", "elsewhere");
    await kit.finding("outside-grant", id, "wrong_network");
    await kit.decide("/v1/tasks", { open: [], close: [{ id: task, reason: "built" }] });
    await kit.pause(1_000);
    equal((await fetchSecret(agent, "10.1.2.3", "idle")).reason, "task_closed");
    await fetchSecret(unguarded, "10.1.2.3", "idle");
    await kit.finding("outside-grant", id, "task_closed");
  },
};
