import { deepEqual, equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** A token is issued, and what comes at once is outside of the grants of whoever got it: one word for both. */
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
      { kind: "tool_call", name: "warehouse.load", resource: { id: "facts", kind: "table" } },
      as,
    );
    await agent.act(
      {
        kind: "credential_issue",
        name: "vault.token.create",
        resource: { id: kit.name("token-1"), kind: "vault_token" },
      },
      as,
    );
    const reach = (name: string, resource: string) =>
      agent.act(
        { kind: "permission_change", name, mutating: true, resource: { id: resource, kind: "role" } },
        as,
      );
    await reach("iam.attach_role_policy", "role:admin");
    await reach("iam.create_access_key", "user:root");
    const finding = await kit.finding("issue-then-lateral", id, "iam.attach_role_policy");
    equal(finding.severity, "critical");
    const cited = await kit.rowsOnce<Record<string, string>>(
      2,
      `SELECT kind FROM v_actions WHERE action_id IN (${finding.actionIds.map((one) => `'${one}'`).join(", ")}) ORDER BY started_at, seq`,
    );
    deepEqual(
      cited.map(({ kind }) => kind),
      ["credential_issue", "permission_change"],
    );
    // What else is found of it belongs to the same episode, and a person hears of it once.
    await kit.finding("outside-grant", id, "iam.create_access_key");
    const all = await kit.findings(id);
    equal(all.filter(({ rule }) => rule === "issue-then-lateral").length, 1);
    deepEqual([...new Set(all.map(({ episodeId }) => episodeId))], [finding.episodeId]);
    const alert = await kit.alert(finding);
    deepEqual([alert["rule"], alert["severity"]], ["issue-then-lateral", "critical"]);
    const [{ alerts } = { alerts: "" }] = await kit.rows<{ alerts: string }>(
      `SELECT toString(uniqExact(alert_id)) AS alerts FROM alerts WHERE episode_id = '${finding.episodeId}'`,
    );
    equal(alerts, "1");
    equal(kit.alertsOf(id).length, 1);
  },
};
