import { deepEqual, equal, notEqual } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** A coding assistant asks before it writes to production; the approval is good for exactly that call, once. */
export const au1: Telling = {
  rests: ["guard"],
  async tell(kit) {
    const id = kit.name("agent:coder");
    await kit.grant(
      grantOf(kit, "write-production", id, {
        operations: ["production.write"],
        resources: ["prod/*"],
        ask: true,
      }),
    );
    const production = await kit.target();
    const agent = kit.agent(id);
    const config = { id: "prod/config", kind: "file" };
    const action = { kind: "tool_call", name: "production.write", mutating: true, resource: config } as const;
    const as = { session: kit.name("run") };
    await kit.heard(agent, action, as, "unapproved");
    const write = (file: string) => agent.act(action, as, { args: { file }, target: production.url });
    const asked = () => kit.asked(id);

    const call = write("a.yaml");
    // It is neither run nor refused.
    equal(await Promise.race([call, kit.pause(300).then(() => "waits")]), "waits");
    const first = await asked();
    equal(production.seen.length, 0);
    await kit.decide(`/v1/approvals/${first.id}/answer`, { answer: "approved", comment: "go on" });
    equal((await call).ran, true);
    equal(production.seen.length, 1);

    // Neither another argument nor the same call again runs by it.
    for (const file of ["b.yaml", "a.yaml"]) {
      const next = write(file);
      const { id: nextId } = await asked();
      notEqual(nextId, first.id);
      await kit.decide(`/v1/approvals/${nextId}/answer`, { answer: "denied" });
      const went = await next;
      deepEqual([went.ran, went.reason], [false, "approval_denied"]);
    }
    equal(production.seen.length, 1);
    const reused = await kit.call("POST", `/v1/approvals/${first.id}/use`, { digest: first.digest });
    equal(reused.status, 409);

    const rows = await kit.rowsOnce(
      3,
      `SELECT status, authority, claimed_approval_id = '${first.id}' AS is_first FROM v_actions WHERE identity_id = '${id}' ORDER BY started_at`,
    );
    deepEqual(rows, [
      { status: "ok", authority: "granted", is_first: 1 },
      { status: "denied", authority: "unapproved", is_first: 0 },
      { status: "denied", authority: "unapproved", is_first: 0 },
    ]);
  },
};
