import { deepEqual, equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** A CI account retries a failed step up to the limit of the policy, and may not help itself to more. */
export const au2: Telling = {
  rests: ["guard", "outside-grant"],
  async tell(kit) {
    const id = kit.name("ci:acme/shop/test");
    await kit.grant(
      grantOf(kit, "steps", id, {
        operations: ["step.run"],
        resources: ["*"],
        conditions: { retries: { max: 2, per: "1h" } },
      }),
    );
    const step = await kit.target();
    const agent = kit.agent(id, "ci_job");
    const as = { session: kit.name("run") };
    const integration = { id: "step/integration", kind: "step" };
    const action = { kind: "tool_call", name: "step.run", mutating: true, resource: integration } as const;
    await kit.heard(agent, action, as);
    const run = () => agent.act(action, as, { target: `${step.url}step`, fails: true });
    // The first try, and two more.
    for (let nth = 0; nth < 3; nth += 1) equal((await run()).ran, true);
    for (let nth = 0; nth < 2; nth += 1) {
      const over = await run();
      deepEqual([over.ran, over.error, over.reason], [false, "ActionDenied", "over_retries"]);
    }
    const role = { id: "role:admin", kind: "role" };
    const escalation = { kind: "permission_change", name: "iam.attach_role_policy", mutating: true } as const;
    const more = await agent.act({ ...escalation, resource: role }, as, { target: `${step.url}iam` });
    deepEqual([more.ran, more.error, more.reason], [false, "ActionDenied", "outside_scope"]);
    deepEqual(step.seen, ["/step", "/step", "/step"]);

    const told = await kit.finding("outside-grant", id, "over_retries");
    equal((await kit.alert(told))["identityId"], id);
    await kit.finding("outside-grant", id, "iam.attach_role_policy");
  },
};
