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
    const seconds = Math.floor(Date.now() / 1000);
    const act = (name: string, resource: string) =>
      agent.act(
        {
          kind: "resource_access",
          name,
          mutating: true,
          resource: { id: resource, kind: "account" },
          attributes: {
            "nhi.credential.id": kit.name("sts-1"),
            "nhi.credential.type": "aws_sts",
            "nhi.credential.issued_at": seconds,
            "nhi.credential.expires_at": seconds + 900,
          },
        },
        { chain: ["user:hr@acme.example"], task, session: kit.name("run") },
      );
    const steps = [
      ["accounts.create", "directory/new/7", "granted"],
      ["accounts.update", "directory/new/7", "granted"],
      ["groups.add", "directory/admins", "outside_scope"],
      ["accounts.update", "directory/new/7", "granted"],
      ["groups.add", "directory/owners", "outside_scope"],
      ["accounts.delete", "directory/ceo", "outside_scope"],
    ] as const;
    for (const [name, resource] of steps) await act(name, resource);
    const finding = await kit.finding("privilege-creep", id);
    deepEqual(
      { step: Number(finding.why["step"]), operation: finding.why["operation"], task: finding.why["task"] },
      { step: 3, operation: "groups.add", task },
    );
    // Each action is marked, and by whose authority it was asked for.
    const rows = await kit.rowsOnce<Record<string, string>>(
      steps.length,
      `SELECT action_id, operation, resource_ids[1] AS resource, authority, task_id, credential_id FROM v_actions WHERE identity_id = '${id}' AND phase = 'end' ORDER BY started_at, seq`,
    );
    deepEqual(
      rows.map(({ action_id: _id, ...row }) => row),
      steps.map(([operation, resource, authority]) => ({
        operation,
        resource,
        authority,
        task_id: task,
        credential_id: kit.name("sts-1"),
      })),
    );
    deepEqual(finding.actionIds, [rows[2]?.["action_id"]]);
    // The steps after it are outside as well, and it is said once.
    await kit.finding("outside-grant", id, "accounts.delete");
    equal((await kit.findings(id)).filter(({ rule }) => rule === "privilege-creep").length, 1);
  },
};
