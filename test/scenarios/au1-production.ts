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

    /** Neither runs by an approval that there is: a person is asked anew, and says no. */
    const asksAnew = async (file: string, than: string): Promise<void> => {
      const next = write(file);
      const { id: nextId } = await asked();
      notEqual(nextId, than);
      await kit.decide(`/v1/approvals/${nextId}/answer`, { answer: "denied" });
      const went = await next;
      deepEqual([went.ran, went.reason], [false, "approval_denied"]);
    };
    // Once, and no more.
    await asksAnew("a.yaml", first.id);
    const used = await kit.call("POST", `/v1/approvals/${first.id}/use`, { digest: first.digest });
    equal(used.status, 409);

    // Left by a process that has ended since, one is there for the very same call, and for no other.
    const approval = { digest: first.digest, identityId: id, operation: action.name, resources: [config.id] };
    const { json } = await kit.decide("/v1/approvals", { approval });
    const left = json["approval"] as { readonly id: string };
    await kit.decide(`/v1/approvals/${left.id}/answer`, { answer: "approved" });
    const other = await kit.call("POST", `/v1/approvals/${left.id}/use`, { digest: "0".repeat(64) });
    equal(other.status, 409);
    // So long a guard takes it for one that somebody waits for.
    await kit.pause(2_200);
    await asksAnew("b.yaml", left.id);
    equal(production.seen.length, 1);
    equal((await write("a.yaml")).ran, true);
    equal(production.seen.length, 2);

    const rows = await kit.rowsOnce(
      4,
      `SELECT status, authority, claimed_approval_id AS approval FROM v_actions WHERE identity_id = '${id}' ORDER BY started_at`,
    );
    deepEqual(
      rows.map(({ status, authority }) => [status, authority]),
      [
        ["ok", "granted"],
        ["denied", "unapproved"],
        ["denied", "unapproved"],
        ["ok", "granted"],
      ],
    );
    deepEqual([rows[0]?.["approval"], rows[3]?.["approval"]], [first.id, left.id]);
  },
};
