import { deepEqual, equal } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Telling } from "../support/story/kit.ts";

/** A CI account deploys, goes out of bounds, and is revoked: one chain with run, credential, actions and the response. */
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
          of: "identity",
        },
      ],
    });
    await kit.grant(grantOf(kit, "deploy", id, { operations: ["deploy.*"], resources: ["cluster/shop"] }));
    const agent = kit.agent(id, "ci_job", { ANSWERABLE_GUARD: "off" });
    const attributes = {
      "nhi.credential.id": kit.name("oidc-9"),
      "nhi.credential.type": "jwt",
      "nhi.credential.issuer": "https://token.actions.example",
    };
    const chainId = kit.name("chain");
    const as = {
      carried: { scope: { chainId } },
      chain: ["user:cem@acme.example"],
      task: "run-77",
      session: kit.name("pipeline"),
    };
    const act = (name: string, resource: string) =>
      agent.act(
        { kind: "exec", name, mutating: true, attributes, resource: { id: resource, kind: "deployment" } },
        as,
      );
    await act("deploy.set_image", "cluster/shop");
    await act("deploy.set_image", "cluster/payments");
    const finding = await kit.finding("outside-grant", id, "deploy.set_image");
    equal(finding.chainId, chainId);
    const [response] = await kit.rowsOnce(
      1,
      `SELECT standing, credential_id, chain_id, lag_ms FROM v_responses WHERE finding_id = '${finding.id}'`,
    );
    deepEqual(
      [response?.["standing"], response?.["credential_id"], response?.["chain_id"]],
      ["revoked", kit.name("oidc-9"), chainId],
    );
    equal(Number(response?.["lag_ms"]) >= 0, true);
    const issuers = await kit.rows(
      `SELECT DISTINCT session_id, attributes['nhi.credential.issuer'] AS issuer FROM v_actions WHERE chain_id = '${chainId}'`,
    );
    deepEqual(issuers, [{ session_id: kit.name("pipeline"), issuer: "https://token.actions.example" }]);
    const { links } = await kit.chain(chainId, 2);
    deepEqual(
      ["principal", "action", "finding", "response"].filter(
        (kind) => !links.some((link) => link.kind === kind),
      ),
      [],
    );
  },
};
