import { fitText, instantAt, isObject, objectOf, textAt, valueAt, type Claims } from "../identity/claims.ts";
import { credentialOf, referenceOf, type Reference } from "../identity/credential.ts";
import type { AttributionSource, Credential } from "../identity/source.ts";
import { tokenBytesMax, type TokenVerifier, type Verification } from "../identity/verifier.ts";
import { chainOf, type Party } from "./token-chain.ts";

/** What a token says of the work done with it. */
export interface TokenScope {
  /** Whether its signature was checked and right. A token that is `refused` names nobody: its chain is empty. */
  readonly outcome: Verification["outcome"];
  /** Why it is not verified; holds nothing of the token. */
  readonly why?: string;
  readonly source: Extract<AttributionSource, "jwt_verified" | "jwt_unverified">;
  /** Ids, root principal first, acting identity last; 8 at most. */
  readonly chain: readonly string[];
  /** How long the chain is before it is cut to 8. */
  readonly depth: number;
  /** The last of the chain, who acts. */
  readonly identity?: Party;
  /** The person on whose behalf it is done, without the `user:` of the chain. */
  readonly user?: string;
  readonly credential?: Credential;
  /** What was approved: scopes, and `type:action@resource` of `authorization_details` (RFC 9396). */
  readonly grant?: { readonly scope: readonly string[]; readonly expiresAtMs?: number };
  /** Id of the transaction (`txn`), the same in every service that takes part. */
  readonly transaction?: string;
}

const scopesMax = 64;
const scopeCharactersMax = 256;
const typesByHeader = new Map([
  ["at+jwt", "oauth_at"],
  ["txntoken+jwt", "txn_token"],
  ["oauth-id-jag+jwt", "id_jag"],
]);

/** Computed once for each token, as long as the verifier remembers it. */
const read = new WeakMap<Verification, TokenScope>();

/**
 * Who stands behind a token, and what it allows: OAuth access tokens with the actors of RFC 8693, transaction tokens,
 * JWT-SVIDs, tokens of Kubernetes and of CI jobs. Never rejects. `reference` names tokens without a `jti`.
 *
 * @example
 * const { chain, outcome } = await scopeOfToken(token, verifier); // ["user:u-4411", "agent:triage"], "verified"
 */
export async function scopeOfToken(
  token: string,
  verifier: TokenVerifier,
  reference?: Reference,
): Promise<TokenScope> {
  return scopeOf(token, await verifier.verify(token), reference);
}

/** The same at once for a token that was looked at lately; nothing for another. */
export function knownScopeOfToken(
  token: string,
  verifier: TokenVerifier,
  reference?: Reference,
): TokenScope | undefined {
  const result = verifier.known(token);
  return result && scopeOf(token, result, reference);
}

/** What a token claims, at once and without a look at its signature; nothing of what is no token. */
export function claimedScopeOfToken(token: string, reference?: Reference): TokenScope | undefined {
  if (typeof token !== "string" || token.length > tokenBytesMax) return undefined;
  const [header, claims] = token.split(".", 2).map((part) => objectOf(Buffer.from(part, "base64url")));
  if (header === undefined || claims === undefined) return undefined;
  const type = textAt(header, "typ")?.toLowerCase() ?? "";
  return scopeOfClaims(token, { outcome: "unverified", claims, type, why: "not looked at yet" }, reference);
}

function scopeOf(token: string, result: Verification, reference: Reference | undefined): TokenScope {
  if (result.outcome === "refused") return refusedScope(token, result.why, reference);
  const before = read.get(result);
  if (before !== undefined) return before;
  const scope = scopeOfClaims(token, result, reference);
  read.set(result, scope);
  return scope;
}

function scopeOfClaims(
  token: string,
  result: Exclude<Verification, { outcome: "refused" }>,
  reference: Reference | undefined,
): TokenScope {
  const { claims } = result;
  const { hops, depth } = chainOf(claims, result.outcome === "verified" ? result.issuer.realm : undefined);
  const [root, identity] = [hops[0], hops.at(-1)];
  const credential = credentialOf(claims, typeOf(result.type, root), token, reference);
  const scope = scopesOf(claims);
  const expiresAtMs = instantAt(claims, "exp");
  const transaction = textAt(claims, "txn");
  return {
    outcome: result.outcome,
    ...(result.outcome === "unverified" && { why: result.why }),
    source: result.outcome === "verified" ? "jwt_verified" : "jwt_unverified",
    chain: hops.map(({ id }) => id),
    depth,
    ...(identity && identity.id !== "unknown" && { identity }),
    ...(root?.kind === "human" && root.id.startsWith("user:") && { user: root.id.slice("user:".length) }),
    ...(credential && { credential }),
    ...(scope.length > 0 && { grant: { scope, ...(expiresAtMs !== undefined && { expiresAtMs }) } }),
    ...(transaction !== undefined && { transaction }),
  };
}

/** Of a token that is not what it says, no claim is repeated; a keyed reference still tells which one it was. */
function refusedScope(token: string, why: string, reference: Reference | undefined): TokenScope {
  const id = referenceOf(token, reference);
  const credential = id === undefined ? undefined : { id, type: "token" };
  return {
    outcome: "refused",
    why,
    source: "jwt_unverified",
    chain: [],
    depth: 0,
    ...(credential && { credential }),
  };
}

function typeOf(header: string, root: Party | undefined): string {
  const named = typesByHeader.get(header);
  if (named !== undefined) return named;
  if (root?.kind === "service_account" && root.id.startsWith("k8s:")) return "k8s_token";
  if (root?.kind === "ci_job") return "oidc_token";
  return root?.id.startsWith("spiffe://") === true ? "jwt_svid" : "oauth_at";
}

function scopesOf(claims: Claims): readonly string[] {
  const scopes = [...words(valueAt(claims, "scope")), ...words(valueAt(claims, "scp"))];
  const details = valueAt(claims, "authorization_details");
  const approved = Array.isArray(details)
    ? details.slice(0, scopesMax).filter(isObject).flatMap(approvedBy)
    : [];
  const fit = [...scopes, ...approved].filter((scope) => scope.length <= scopeCharactersMax);
  return [...new Set(fit)].slice(0, scopesMax);
}

function words(value: unknown): readonly string[] {
  const list: readonly unknown[] =
    typeof value === "string" ? value.split(" ") : Array.isArray(value) ? value : [];
  return list.map(fitText).filter((word) => word !== undefined);
}

function approvedBy(detail: Claims): readonly string[] {
  const type = textAt(detail, "type");
  if (type === undefined) return [];
  const actions = words(valueAt(detail, "actions")).slice(0, scopesMax);
  const places = [...words(valueAt(detail, "identifier")), ...words(valueAt(detail, "locations"))].slice(
    0,
    scopesMax,
  );
  const operations = actions.length === 0 ? [type] : actions.map((action) => `${type}:${action}`);
  if (places.length === 0) return operations;
  return operations
    .flatMap((operation) => places.map((place) => `${operation}@${place}`))
    .slice(0, scopesMax);
}
