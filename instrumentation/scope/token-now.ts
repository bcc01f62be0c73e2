import type { Reference } from "../identity/credential.ts";
import type { TokenVerifier } from "../identity/verifier.ts";
import { currentRuntime } from "../runtime.ts";
import type { Scope } from "./scope.ts";
import { claimedScopeOfToken, knownScopeOfToken, scopeOfToken, type TokenScope } from "./token.ts";

/** What looks at tokens. */
export interface Tokens {
  /** Undefined until the trusted issuers were read. */
  readonly verifier: () => TokenVerifier | undefined;
  readonly reference: Reference | undefined;
}

/**
 * Looks at a token, so that `runAs({ token })` knows at once whether it is what it says: OAuth access tokens with the actors
 * of RFC 8693, transaction tokens, JWT-SVIDs, tokens of Kubernetes and of CI jobs. Trusted issuers are those of
 * `ANSWERABLE_ISSUERS`. Never rejects; the token itself is in none of what is given.
 *
 * @example
 * const { outcome } = await readToken(bearer);
 */
export async function readToken(token: string): Promise<TokenScope> {
  const runtime = currentRuntime();
  await runtime?.ready;
  const verifier = runtime?.tokens.verifier();
  if (verifier !== undefined) return scopeOfToken(token, verifier, runtime?.tokens.reference);
  const nothing = { outcome: "refused", source: "jwt_unverified", chain: [], depth: 0 } as const;
  return claimedScopeOfToken(token) ?? nothing;
}

/** What is known of a token now. One never seen is looked at in the background. */
export function scopeFromToken(token: string, tokens: Tokens | undefined): Scope {
  const verifier = tokens?.verifier();
  const known = verifier && knownScopeOfToken(token, verifier, tokens?.reference);
  if (known !== undefined) return scopeOf(known);
  void verifier?.verify(token);
  const claimed = claimedScopeOfToken(token, tokens?.reference);
  return claimed === undefined ? {} : scopeOf(claimed);
}

/** A person's token names for whom work is done; who does it is the process, unless the token says that too. */
function scopeOf({ outcome, source, chain, identity, credential }: TokenScope): Scope {
  const credentialOnly =
    credential === undefined ? {} : { credential: { id: credential.id, type: credential.type } };
  if (outcome === "refused") return credentialOnly;
  const isActing = identity !== undefined && identity.kind !== "human";
  return {
    ...credentialOnly,
    ...(isActing && { identity, source }),
    ...(chain.length > 0 && { chain, chainVerified: outcome === "verified" }),
  };
}
