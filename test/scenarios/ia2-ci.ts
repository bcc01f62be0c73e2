import { deepEqual, equal } from "node:assert/strict";
import type { Telling } from "../support/story/kit.ts";

/** A CI account deploys, writes a secret and hands the rollback to a delegate: the chain says who did each, by what token. */
export const ia2: Telling = {
  rests: ["sdk"],
  async tell(kit) {
    const ci = kit.name("ci:acme/shop/deploy");
    const rollback = { id: kit.name("svc:rollback"), kind: "service_account" } as const;
    const agent = kit.agent(ci, "ci_job", { ANSWERABLE_GUARD: "off" });
    const person = "user:cem@acme.example";
    const session = kit.name("pipeline");
    const token = (id: string, type: string) => ({
      "nhi.credential.id": kit.name(id),
      "nhi.credential.type": type,
    });
    // One piece of work, which another process goes on with.
    const chainId = kit.name("chain");
    const as = { carried: { scope: { chainId } }, chain: [person], task: "change-12", session };
    const oidc = token("oidc-1", "jwt");
    await agent.act(
      {
        kind: "exec",
        name: "deploy",
        mutating: true,
        attributes: oidc,
        resource: { id: "cluster/shop", kind: "deployment" },
      },
      as,
    );
    await agent.act(
      {
        kind: "secret_write",
        name: "vault.kv.write",
        mutating: true,
        attributes: token("vault-1", "vault_token"),
        resource: { id: "kv/shop", kind: "secret" },
      },
      as,
    );
    await agent.act(
      {
        kind: "exec",
        name: "rollback",
        mutating: true,
        attributes: token("oidc-2", "jwt"),
        resource: { id: "cluster/shop", kind: "deployment" },
      },
      { ...as, identity: rollback, chain: [person, ci, rollback.id] },
    );
    const steps = await kit.rowsOnce(
      3,
      `SELECT operation, identity_id AS who, path, credential_id AS by FROM v_actions WHERE session_id = '${session}' AND phase = 'end' ORDER BY started_at, seq`,
    );
    deepEqual(steps, [
      { operation: "deploy", who: ci, path: [person, ci], by: kit.name("oidc-1") },
      { operation: "vault.kv.write", who: ci, path: [person, ci], by: kit.name("vault-1") },
      { operation: "rollback", who: rollback.id, path: [person, ci, rollback.id], by: kit.name("oidc-2") },
    ]);
    const { links } = await kit.chain(chainId, 3);
    const parentOf = (label: string) =>
      links.find((link) => link.kind === "action" && link.label.includes(label))?.parent;
    equal(parentOf("deploy"), ci);
    equal(parentOf("vault.kv.write"), ci);
    equal(parentOf("rollback"), rollback.id);
    equal(links.find(({ kind }) => kind === "principal")?.id, person);
  },
};
