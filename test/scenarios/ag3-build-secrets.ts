import { deepEqual, equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Agent } from "../support/story/agent.ts";
import type { Telling } from "../support/story/kit.ts";

const secret = { id: "kv/shop/deploy", kind: "secret" };
const action = { kind: "secret_read", name: "vault.kv.read", resource: secret } as const;

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
    const store = await kit.target();
    // A process says once where it runs.
    const at = (network: string, env: Readonly<Record<string, string>> = {}): Agent =>
      kit.agent(id, "ci_job", { OTEL_RESOURCE_ATTRIBUTES: `nhi.network=${network}`, ...env });
    const [inside, outside] = [at("10.1.2.3"), at("203.0.113.9")];
    const unguarded = { ANSWERABLE_GUARD: "off" };
    const [open, elsewhere] = [at("10.1.2.3", unguarded), at("203.0.113.9", unguarded)];
    const asOf = (session: string) => ({ task, session: kit.name(session) });
    const fetchBy = (by: Agent, session: string) =>
      by.act(action, asOf(session), { target: `${store.url}${session}` });
    await kit.heard(inside, action, asOf("build"));
    await kit.heard(outside, action, asOf("elsewhere"), "wrong_network");

    equal((await fetchBy(inside, "build")).ran, true);
    equal((await fetchBy(outside, "elsewhere")).reason, "wrong_network");
    equal((await fetchBy(elsewhere, "elsewhere-unguarded")).ran, true);
    await kit.decide("/v1/tasks", { open: [], close: [{ id: task, reason: "built" }] });
    await kit.heard(inside, action, asOf("idle"), "task_closed");
    equal((await fetchBy(inside, "idle")).reason, "task_closed");
    equal((await fetchBy(open, "idle-unguarded")).ran, true);

    deepEqual(store.seen, ["/build", "/elsewhere-unguarded", "/idle-unguarded"]);
    for (const cause of [
      `wrong_network|vault.kv.read|${kit.name("elsewhere-unguarded")}`,
      `task_closed|vault.kv.read|${kit.name("idle-unguarded")}`,
    ])
      await kit.finding("outside-grant", id, cause);
  },
};
