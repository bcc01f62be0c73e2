import { deepEqual, equal } from "node:assert/strict";
import type { Telling } from "../support/story/kit.ts";

/** For how long the grant counts: long enough for three calls, short enough to wait for its end. */
const windowMs = 7_000;

/** An agent is approved to open tickets, opens three within the window, and a fourth after it. */
export const ra1: Telling = {
  rests: ["outside-grant"],
  async tell(kit) {
    const id = kit.name("agent:triage");
    const grantId = kit.name("open-tickets");
    // Nobody holds it back: what it does too late is to be seen.
    const agent = kit.agent(id, "ai_agent", { ANSWERABLE_GUARD: "off" });
    const from = new Date(Date.now() - 1_000).toISOString();
    const untilMs = Date.now() + windowMs;
    const until = new Date(untilMs).toISOString();
    await kit.grant({
      id: grantId,
      grantee: id,
      approver: "user:ben@acme.example",
      policy: { id: "support-agents", version: "14" },
      operations: ["tickets.open"],
      resources: ["crm/tickets/*"],
      window: { from, until },
      approval: "CHG-77",
    });
    const as = { chain: ["user:ana@acme.example"], task: "TCK-1881", session: kit.name("run") };
    const open = (ticket: string) =>
      agent.act(
        {
          kind: "tool_call",
          name: "tickets.open",
          mutating: true,
          resource: { id: `crm/tickets/${ticket}`, kind: "ticket" },
        },
        as,
      );
    for (const ticket of ["1", "2", "3"]) equal((await open(ticket)).ran, true);
    await kit.pause(Math.max(0, untilMs - Date.now()) + 50);
    await open("4");

    const finding = await kit.finding("outside-grant", id, "outside_window");
    const rows = await kit.rowsOnce(
      4,
      `SELECT a.resource_ids[1] AS ticket, a.authority AS authority, a.approver AS approver, concat(a.policy_id, ' v', a.policy_version) AS policy,
         a.grant_id AS granted_by, g.approval_id AS approval, g.effective_until = toDateTime64('${until.slice(0, -1)}', 6, 'UTC') AS until, a.kind AS kind, a.operation AS operation
       FROM v_actions AS a LEFT JOIN v_grants AS g ON g.grant_id = a.grant_id WHERE a.identity_id = '${id}' ORDER BY a.started_at, a.seq`,
    );
    const line = (ticket: string, authority: string) => ({
      ticket: `crm/tickets/${ticket}`,
      authority,
      approver: "user:ben@acme.example",
      policy: "support-agents v14",
      granted_by: grantId,
      approval: "CHG-77",
      until: 1,
      kind: "tool_call",
      operation: "tickets.open",
    });
    deepEqual(rows, [
      ...["1", "2", "3"].map((ticket) => line(ticket, "granted")),
      line("4", "outside_window"),
    ]);
    equal(finding.sessionId, kit.name("run"));
    // The run was within its grant until then, and nothing else is said of it.
    await kit.finding("privilege-creep", id, "step 4, tickets.open");
    deepEqual((await kit.findings(id)).map(({ rule }) => rule).toSorted(), [
      "outside-grant",
      "privilege-creep",
    ]);
  },
};
