import { deepEqual, equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** A workflow on short-lived credentials leaves the boundary of its task; the first step outside is named. */
export const ra5: Telling = {
  rests: ["privilege-creep"],
  async tell(kit) {
    const id = kit.name("agent:onboarding");
    const task = kit.name("REQ-3");
    await kit.decide("/v1/tasks", { open: [{ id: task, kind: "ticket" }], close: [] });
    await kit.grant(
      grantOf(kit, "onboard", id, {
        operations: ["accounts.*"],
        resources: ["directory/new/*"],
        conditions: { task: { id: task } },
      }),
    );
    const agent = kit.agent(id, "ai_agent", { ANSWERABLE_GUARD: "off" });
    const act = (name: string, resource: string) =>
      agent.act(
        {
          kind: "resource_access",
          name,
          mutating: true,
          resource: { id: resource, kind: "account" },
          attributes: { "nhi.credential.id": kit.name("sts-1"), "nhi.credential.type": "aws_sts" },
        },
        { chain: ["user:hr@acme.example"], task, session: kit.name("run") },
      );
    await act("accounts.create", "directory/new/7");
    await act("accounts.update", "directory/new/7");
    await act("groups.add", "directory/admins");
    await act("accounts.update", "directory/new/7");
    await act("groups.add", "directory/owners");
    const finding = await kit.finding("privilege-creep", id, "groups.add");
    equal(Number(finding.why["step"]), 3);
    const rows = await kit.rowsOnce<Record<string, string>>(
      5,
      `SELECT authority FROM v_actions WHERE identity_id = '${id}' AND phase = 'end' ORDER BY started_at, seq`,
    );
    deepEqual(
      rows.map(({ authority }) => authority),
      ["granted", "granted", "outside_scope", "granted", "outside_scope"],
    );
    equal((await kit.findings(id)).filter(({ rule }) => rule === "privilege-creep").length, 1);
  },
};
