import { deepEqual, equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** How long a call is watched that must go on waiting. */
const watchMs = 700;

/** A privileged workflow asks too often, is paused, and goes on or ends as a person says. */
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
    const reports = await kit.target();
    const agent = kit.agent(id);
    const call = (name: string) => ({
      kind: "tool_call" as const,
      name,
      mutating: true,
      resource: { id: "reports/all", kind: "report" },
    });
    const act = (name: string, session: string) =>
      agent.act(call(name), { session: kit.name(session) }, { target: reports.url });
    await kit.heard(agent, call("reports.export"));
    /** Asks for one more than a minute allows, and waits until that is answered. */
    const burst = async (session: string, calls: number) => {
      const went = [];
      for (let nth = 0; nth < calls; nth += 1) went.push(await act("reports.export", session));
      equal(went.at(-1)?.reason, "over_rate");
      const finding = await kit.finding("outside-grant", id, `over_rate|reports.export|${kit.name(session)}`);
      const responses = await kit.rowsOnce<Record<string, string>>(
        1,
        `SELECT standing, playbook_id FROM v_responses WHERE finding_id = '${finding.id}'`,
      );
      deepEqual(responses, [{ standing: "paused", playbook_id: kit.name("hold") }]);
      await kit.until("it is paused", async () => {
        const { json } = await kit.call("GET", `/v1/standing?identity=${encodeURIComponent(id)}`);
        return json["standing"] === "paused";
      });
      return went.filter(({ ran }) => ran).length;
    };
    /** The next action waits: it has neither run nor been refused. */
    const held = async (session: string) => {
      const reached = reports.seen.length;
      let isOver = false;
      const went = act("status.read", session).finally(() => (isOver = true));
      await kit.pause(watchMs);
      deepEqual([isOver, reports.seen.length], [false, reached]);
      return { went };
    };
    const decide = (standing: string, reason: string) =>
      kit.decide("/v1/standing", { subject: { kind: "identity", id }, standing, reason });
    equal(await burst("first", 6), 5);
    equal(reports.seen.length, 5);
    const first = await held("first");
    await decide("active", "it is the end of the month");
    equal((await first.went).ran, true);
    // It does so again; this time a person ends it.
    equal(await burst("second", 1), 0);
    const second = await held("second");
    await decide("revoked", "not again");
    deepEqual(await second.went.then(({ ran, reason }) => [ran, reason]), [false, "standing_revoked"]);
    equal(reports.seen.length, 6);
  },
};
