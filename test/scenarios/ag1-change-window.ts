import { deepEqual, equal, match } from "node:assert/strict";
import { grantOf } from "../support/story/grant.ts";
import type { Kit, Telling } from "../support/story/kit.ts";

/** A deployment agent that may deploy to the shop within one change, by a token of its own. */
async function deployer(kit: Kit, name: string) {
  const id = kit.name(`agent:${name}`);
  const task = kit.name(`CHG-${name}`);
  await kit.decide("/v1/policy", {
    playbooks: [
      {
        id: kit.name(`stop-${name}`),
        on: { rules: ["outside-grant"], minSeverity: "high", identities: [id] },
        do: "revoke",
      },
    ],
  });
  await kit.decide("/v1/tasks", { open: [{ id: task, kind: "change" }], close: [] });
  await kit.grant(
    grantOf(kit, `deploy-${name}`, id, {
      operations: ["deploy.*"],
      resources: ["cluster/shop"],
      conditions: { task: { id: task } },
    }),
  );
  const cluster = await kit.target();
  const agent = kit.agent(id);
  const credential = kit.name(`key-${name}`);
  const seconds = Math.floor(Date.now() / 1000);
  const attributes = {
    "nhi.credential.id": credential,
    "nhi.credential.type": "jwt",
    "nhi.credential.issued_at": seconds,
    "nhi.credential.expires_at": seconds + 900,
  };
  const chainId = kit.name(`chain-${name}`);
  const as = { task, session: kit.name(`run-${name}`), carried: { scope: { chainId } } };
  const action = (resource: string) => ({
    kind: "tool_call" as const,
    name: "deploy.set_image",
    mutating: true,
    attributes,
    resource: { id: resource, kind: "deployment" },
  });
  const deploy = (resource = "cluster/shop") => agent.act(action(resource), as, { target: cluster.url });
  await kit.heard(agent, action("cluster/shop"), as);
  equal((await deploy()).ran, true);
  return { id, task, credential, deploy, cluster, chainId };
}

/** The attempt is found, its standing revoked, its token with it, and what it may do otherwise is blocked; the chain says when. */
async function isStopped(
  kit: Kit,
  { id, credential, deploy, cluster, chainId }: Awaited<ReturnType<typeof deployer>>,
  why: string,
): Promise<void> {
  const reached = cluster.seen.length;
  const finding = await kit.finding("outside-grant", id, `${why}|deploy.set_image`);
  const stopped = await kit.until("the guard knows that it is revoked", async () => {
    const went = await deploy();
    return went.ran || went.reason === "standing_revoked" ? went : undefined;
  });
  const [revocation] = await kit.rowsOnce(
    1,
    `SELECT credential_id, outcome, lag_ms >= 0 AS has_lag FROM v_revocations WHERE identity_id = '${id}' AND outcome = 'revoked'`,
  );
  deepEqual(revocation, { credential_id: credential, outcome: "revoked", has_lag: 1 });
  equal(kit.revoked.has(credential), true);
  deepEqual([stopped.ran, stopped.reason, cluster.seen.length], [false, "standing_revoked", reached]);
  // The times of each stand on the chain: the attempt, the answer to it, the revocation, and the action that was blocked after it.
  const { links } = await kit.until("the chain holds the blocked action", async () => {
    const chain = await kit.chain(chainId, 2);
    const last = chain.links.findLast(({ kind }) => kind === "action");
    return (last?.atUs ?? 0) > finding.atUs && last?.detail["status"] === "denied" ? chain : undefined;
  });
  const response = links.find(({ kind, parent }) => kind === "response" && parent === finding.id);
  deepEqual([response?.detail["standing"], response?.label], ["revoked", `revoke identity ${id}`]);
  equal((response?.atUs ?? 0) >= finding.atUs, true);
  equal(Number(response?.detail["lag_ms"]) >= 0, true);
  match(response?.detail["hook issuer"] ?? "", /^revoked and verified at \d{4}-/u);
}

/** The change window of a deployment agent closes, and another drifts from its scope: both are cut off. */
export const ag1: Telling = {
  rests: ["guard", "outside-grant"],
  async tell(kit) {
    await Promise.all([windowCloses(kit), driftsFromScope(kit)]);
  },
};

async function windowCloses(kit: Kit): Promise<void> {
  const late = await deployer(kit, "late");
  await kit.decide("/v1/tasks", { open: [], close: [{ id: late.task, reason: "the window closed" }] });
  const refused = await kit.until("its change has ended", async () => {
    const went = await late.deploy();
    return went.ran ? undefined : went;
  });
  equal(refused.reason, "task_closed");
  await isStopped(kit, late, "task_closed");
}

async function driftsFromScope(kit: Kit): Promise<void> {
  const drifting = await deployer(kit, "drifting");
  equal((await drifting.deploy("cluster/payments")).reason, "outside_scope");
  await isStopped(kit, drifting, "outside_scope");
}
