import { setTimeout } from "node:timers/promises";
import { deepEqual, equal, match } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** A CI account deploys, goes out of bounds, and its credential is revoked: one chain from the run to the revocation. */
export const ra2: Telling = {
  rests: ["outside-grant"],
  async tell(kit) {
    const id = kit.name("ci:acme/shop/deploy");
    await kit.decide("/v1/policy", {
      playbooks: [
        {
          id: kit.name("stop"),
          on: { rules: ["outside-grant"], minSeverity: "high", identities: [id] },
          do: "revoke",
        },
      ],
    });
    await kit.grant(grantOf(kit, "deploy", id, { operations: ["deploy.*"], resources: ["cluster/shop"] }));
    const agent = kit.agent(id, "ci_job", { ANSWERABLE_GUARD: "off" });
    const credential = kit.name("key-9");
    const issuer = "https://token.actions.example";
    const attributes = {
      "nhi.credential.id": credential,
      "nhi.credential.type": "jwt",
      "nhi.credential.issuer": issuer,
    };
    const chainId = kit.name("chain");
    const session = kit.name("pipeline");
    const as = { carried: { scope: { chainId } }, chain: ["user:cem@acme.example"], task: "run-77", session };
    const act = (name: string, resource: string) =>
      agent.act(
        { kind: "exec", name, mutating: true, attributes, resource: { id: resource, kind: "deployment" } },
        as,
      );
    await act("deploy.set_image", "cluster/shop");
    // A step takes time: what begins within one millisecond has no order that its beginnings tell.
    await setTimeout(2);
    await act("deploy.scale", "cluster/shop");
    await setTimeout(2);
    await act("deploy.set_image", "cluster/payments");
    const finding = await kit.finding("outside-grant", id, "deploy.set_image");
    equal(finding.chainId, chainId);
    const [revocation] = await kit.rowsOnce(
      1,
      `SELECT credential_id, identity_id, chain_id, outcome, toUInt8(verified) AS verified, lag_ms FROM v_revocations WHERE identity_id = '${id}' AND outcome = 'revoked'`,
    );
    const { lag_ms: lagMs, ...revoked } = revocation ?? {};
    deepEqual(revoked, {
      credential_id: credential,
      identity_id: id,
      chain_id: chainId,
      outcome: "revoked",
      verified: 1,
    });
    equal(kit.revoked.has(credential), true);
    // From the violation to the revocation: seconds, told and not guessed.
    equal(Number(lagMs) > 0 && Number(lagMs) < 10_000, true, `${String(lagMs)} ms`);
    // The whole of it, as one answer.
    const { links } = await kit.chain(chainId, 3);
    const actions = links.filter(({ kind }) => kind === "action");
    deepEqual(
      actions.map(({ label, detail }) => [label, detail["authority"]]),
      [
        ["exec deploy.set_image", "granted"],
        ["exec deploy.scale", "granted"],
        ["exec deploy.set_image", "outside_scope"],
      ],
    );
    for (const { detail } of actions) {
      const { session: of, task, credential: by, issuer: from } = detail;
      deepEqual({ of, task, by, from }, { of: session, task: "run-77", by: credential, from: issuer });
    }
    equal(links.find(({ kind }) => kind === "principal")?.id, "user:cem@acme.example");
    const found = links.find(({ kind, id: one }) => kind === "finding" && one === finding.id);
    equal(found?.parent, actions[2]?.id);
    const response = links.find(({ kind, parent }) => kind === "response" && parent === finding.id);
    equal(response?.detail["standing"], "revoked");
    equal(Number(response?.detail["lag_ms"]) >= 0, true);
    match(response?.detail["hook issuer"] ?? "", /^revoked and verified at \d{4}-/u);
  },
};
