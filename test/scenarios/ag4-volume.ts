import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** A privileged workflow asks too often, is paused, and goes on when a person says so. */
export const ag4: Telling = {
  rests: ["guard", "outside-grant"],
  async tell(kit) {
    const id = kit.name("agent:reports");
    await kit.decide("/v1/policy", {
      playbooks: [
        {
          id: kit.name("hold"),
          on: { rules: ["outside-grant"], signals: ["over_rate"], minSeverity: "low", identities: [id] },
          do: "pause",
        },
      ],
    });
    await kit.grant(
      grantOf(kit, "reports", id, {
        operations: ["reports.*"],
        resources: ["*"],
        conditions: { rate: { max: 5, per: "1m" } },
      }),
      grantOf(kit, "status", id, { operations: ["status.read"], resources: ["*"] }),
    );
    const agent = kit.agent(id);
    const unguarded = kit.agent(id, "ai_agent", { ANSWERABLE_GUARD: "off" });
    const act = (by: typeof agent, name: string, nth = 0) =>
      by.act(
        {
          kind: "tool_call",
          name,
          mutating: true,
          resource: { id: `reports/${String(nth)}`, kind: "report" },
        },
        { session: kit.name("run") },
      );
    await kit.until("the guard has heard of the grants", async () => (await act(agent, "status.read")).ran);
    for (let nth = 0; nth < 8; nth += 1) await act(unguarded, "reports.export", nth);
    await kit.finding("outside-grant", id, "over_rate");
    await kit.until(
      "it is paused",
      async () => (await act(agent, "status.read")).reason === "standing_paused",
    );
    await kit.decide("/v1/standing", {
      subject: { kind: "identity", id },
      standing: "active",
      reason: "it is the end of the month",
    });
    await kit.until("it goes on", async () => (await act(agent, "status.read")).ran);
  },
};
