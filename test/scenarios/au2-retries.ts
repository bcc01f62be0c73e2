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
    const run = () =>
      agent.act(
        {
          kind: "tool_call",
          name: "step.run",
          mutating: true,
          resource: { id: "step/integration", kind: "step" },
        },
        { session: kit.name("run") },
        { target: step.url, fails: true },
      );
    await kit.until("the first try ran", async () => (await run()).ran);
    for (let nth = 0; nth < 2; nth += 1) equal((await run()).ran, true);
    const over = await run();
    deepEqual([over.ran, over.reason], [false, "over_retries"]);
    const seen = step.seen.length;
    const more = await agent.act(
      {
        kind: "permission_change",
        name: "iam.attach_role_policy",
        mutating: true,
        resource: { id: "role:admin", kind: "role" },
      },
      { session: kit.name("run") },
    );
    equal(more.error, "ActionDenied");
    equal(step.seen.length, seen);
    const told = await kit.finding("outside-grant", id, "over_retries");
    equal((await kit.alert(told))["identityId"], id);
    await kit.finding("outside-grant", id, "iam.attach_role_policy");
  },
};
