import type { Attributes } from "@opentelemetry/api";
import type { Scope } from "./scope.ts";

/** A longer path is cut in its middle: the root and the latest hops count. */
export const chainHopsMax = 8;
/** A longer id is cut as it leaves; the detector would cut it too. Characters. */
export const idCharsMax = 512;
/** What is held of an id until then: a secret in it is known only as a whole. */
const heldCharsMax = 8_192;

/** Names of what a scope stamps that are ids. */
export const stamped: ReadonlySet<string> = new Set([
  "nhi.identity.id",
  "nhi.identity.owner",
  "nhi.chain",
  "nhi.task.id",
  "nhi.grant.id",
  "nhi.approval.id",
  "nhi.session.id",
  "nhi.credential.id",
]);

/** What every span of a scope says of it. */
export function stampOf(scope: Scope): Attributes {
  const { chainId, identity, chain, chainVerified, source, task, grant, approval, session, credential } =
    scope;
  return {
    ...(chainId !== undefined && { "nhi.chain.id": chainId }),
    ...(identity && { "nhi.identity.id": cut(identity.id), "nhi.identity.kind": identity.kind }),
    ...(identity?.owner !== undefined && { "nhi.identity.owner": cut(identity.owner) }),
    ...(source !== undefined && { "nhi.attribution.source": source }),
    ...(chain && chainAttributes(chain)),
    ...(chainVerified !== undefined && { "nhi.chain.verified": chainVerified }),
    ...(task !== undefined && { "nhi.task.id": cut(task) }),
    ...(grant !== undefined && { "nhi.grant.id": cut(grant) }),
    ...(approval !== undefined && { "nhi.approval.id": cut(approval) }),
    ...(session !== undefined && { "nhi.session.id": cut(session) }),
    ...(credential && {
      "nhi.credential.id": cut(credential.id),
      "nhi.credential.type": credential.type,
    }),
  };
}

function chainAttributes(chain: readonly string[]): Attributes {
  const hops = chain.map(cut);
  if (hops.length <= chainHopsMax) return { "nhi.chain": hops };
  return { "nhi.chain": cutChain(hops), "nhi.chain.depth": hops.length };
}

/** At most so many hops as a path may have: its root, which is whoever answers for it, and the latest. */
export function cutChain(hops: readonly string[]): string[] {
  return hops.length <= chainHopsMax ? [...hops] : [hops[0]!, ...hops.slice(1 - chainHopsMax)];
}

/** Ids are often numbers, of tickets and runs, whatever the types say. */
function cut(given: string): string {
  // oxlint-disable-next-line typescript/no-unnecessary-type-conversion -- See above.
  const text = String(given);
  return text.length <= heldCharsMax ? text : text.slice(0, heldCharsMax);
}
