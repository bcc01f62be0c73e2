import { deepEqual, equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** The change window of a deployment agent closes, it goes on, and is revoked by a playbook. */
export const ag1: Telling = {
  rests: ["guard", "outside-grant"],
  async tell(kit) {
    const id = kit.name("agent:deploy");
    const task = kit.name("CHG-1");
    await kit.decide("/v1/policy", {
      playbooks: [
        {
          id: kit.name("stop"),
          on: { rules: ["outside-grant"], minSeverity: "high", identities: [id] },
          do: "revoke",
        },
      ],
    });
    await kit.decide("/v1/tasks", { open: [{ id: task, kind: "change" }], close: [] });
    await kit.grant(
      grantOf(kit, "deploy", id, {
        operations: ["deploy.*"],
        resources: ["cluster/*"],
        conditions: { task: { id: task } },
      }),
    );
    const agent = kit.agent(id);
    // The same identity where no guard is: its drift is seen by the detector alone.
    const unguarded = kit.agent(id, "ai_agent", { ANSWERABLE_GUARD: "off" });
    const deploy = (by: typeof agent, name = "deploy.set_image") =>
      by.act(
        { kind: "tool_call", name, mutating: true, resource: { id: "cluster/shop", kind: "deployment" } },
        { task, session: kit.name("run") },
      );
    await kit.until("the guard lets it deploy", async () => (await deploy(agent)).ran);
    await kit.decide("/v1/tasks", { open: [], close: [{ id: task, reason: "the window closed" }] });
    await deploy(unguarded, "deploy.scale");
    const finding = await kit.finding("outside-grant", id, "deploy.scale");
    const stopped = await kit.until("the guard knows that it is revoked", async () => {
      const went = await deploy(agent);
      return went.reason === "standing_revoked" ? went : undefined;
    });
    equal(stopped.ran, false);
    const responses = await kit.rowsOnce<Record<string, string>>(
      1,
      `SELECT kind, standing, finding_id, lag_ms >= 0 AS has_lag FROM v_responses WHERE identity_id = '${id}' ORDER BY at LIMIT 1`,
    );
    deepEqual(responses, [{ kind: "revoke", standing: "revoked", finding_id: finding.id, has_lag: 1 }]);
    const { links } = await kit.chain(finding.chainId, 1);
    equal(
      links.some(({ kind }) => kind === "response"),
      true,
    );
  },
};
