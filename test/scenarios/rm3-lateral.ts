import { deepEqual, equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** A token is issued, and what comes at once is outside of the grants of whoever got it: one finding for both. */
export const rm3: Telling = {
  rests: ["issue-then-lateral"],
  async tell(kit) {
    const id = kit.name("svc:etl");
    await kit.grant(
      grantOf(kit, "etl", id, { operations: ["vault.token.create", "warehouse.*"], resources: ["*"] }),
    );
    const agent = kit.agent(id, "service_account", { ANSWERABLE_GUARD: "off" });
    const as = { session: kit.name("night") };
    await agent.act(
      {
        kind: "credential_issue",
        name: "vault.token.create",
        resource: { id: kit.name("token-1"), kind: "vault_token" },
      },
      as,
    );
    await agent.act(
      {
        kind: "permission_change",
        name: "iam.attach_role_policy",
        mutating: true,
        resource: { id: "role:admin", kind: "role" },
      },
      as,
    );
    const finding = await kit.finding("issue-then-lateral", id, "iam.attach_role_policy");
    equal(["high", "critical"].includes(finding.severity), true);
    const cited = await kit.rowsOnce<Record<string, string>>(
      2,
      `SELECT kind FROM v_actions WHERE action_id IN (${finding.actionIds.map((one) => `'${one}'`).join(", ")}) ORDER BY started_at, seq`,
    );
    deepEqual(
      cited.map(({ kind }) => kind),
      ["credential_issue", "permission_change"],
    );
    equal(new Set((await kit.findings(id)).map(({ episodeId }) => episodeId)).size, 1);
  },
};
