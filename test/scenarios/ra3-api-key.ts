import { deepEqual, equal, ok } from "node:assert/strict";
import type { Telling } from "../support/story/kit.ts";

/** A script uses a high-risk API key as it may, then goes on where it may not; what it changed since is to be rolled back. */
export const ra3: Telling = {
  rests: ["outside-grant"],
  async tell(kit) {
    const id = kit.name("svc:billing-sync");
    await kit.grant({
      id: kit.name("sync-invoices"),
      grantee: id,
      approver: "user:dora@acme.example",
      policy: { id: "billing", version: "3" },
      operations: ["invoices.*"],
      resources: ["billing/invoices/*"],
      approval: "CHG-90",
    });
    const agent = kit.agent(id, "api_key", { ANSWERABLE_GUARD: "off" });
    const attributes = { "nhi.credential.id": kit.name("key-7"), "nhi.credential.type": "api_key" };
    const as = { session: kit.name("night"), task: "JOB-1" };
    const act = (name: string, resource: string, mutating: boolean) =>
      agent.act(
        {
          kind: "resource_access",
          name,
          mutating,
          risk: "high",
          attributes,
          resource: { id: resource, kind: "row" },
        },
        as,
      );
    await act("invoices.read", "billing/invoices/1", false);
    await act("invoices.update", "billing/invoices/1", true);
    await act("users.read", "billing/users/9", false);
    await act("users.update", "billing/users/9", true);
    await act("users.delete", "billing/users/10", true);
    await act("users.read", "billing/users/11", false);

    const finding = await kit.finding("outside-grant", id, "users.read");
    const actions = await kit.rowsOnce<Record<string, string>>(
      6,
      `SELECT credential_id AS key, approver, approval_id AS approval, process, operation, authority FROM v_actions WHERE identity_id = '${id}' AND phase = 'end' ORDER BY started_at, seq`,
    );
    for (const action of actions) {
      const { key, approver, approval, process } = action;
      deepEqual(
        [key, approver, approval],
        [attributes["nhi.credential.id"], "user:dora@acme.example", "CHG-90"],
      );
      ok(process !== "");
    }
    const inside = ["granted", "granted"];
    deepEqual(
      actions.map(({ authority }) => authority),
      [...inside, ...inside.concat(inside).map(() => "outside_scope")],
    );
    equal(new Set(actions.map(({ process }) => process)).size, 1);
    const [bad] = finding.actionIds;
    ok(bad !== undefined);
    const rollback = await kit.rows<Record<string, string>>(
      `SELECT operation, resource_ids[1] AS what FROM v_actions WHERE identity_id = '${id}' AND phase = 'end' AND mutating
         AND started_at >= (SELECT min(started_at) FROM v_actions WHERE identity_id = '${id}' AND authority != 'granted') ORDER BY started_at DESC, seq DESC`,
    );
    deepEqual(rollback, [
      { operation: "users.delete", what: "billing/users/10" },
      { operation: "users.update", what: "billing/users/9" },
    ]);
  },
};
