import { credentialOf } from "./credential.ts";
import { textAt, type Claims } from "./claims.ts";
import type { TrustedIssuer } from "./issuers.ts";
import type { Answer, IdentityAround } from "./source.ts";

/** What one CI system says in its tokens. */
export interface CiSystem {
  /** Its name in sentences. */
  readonly name: string;
  /** Trusted without being configured: the issuer of the public service. */
  readonly issuer: TrustedIssuer;
  /** Canonical id of the job, and what else is told; nothing where the token is not one of this system. */
  read(
    claims: Claims,
  ): { readonly id: string; readonly attributes: Readonly<Record<string, string>> } | undefined;
}

/** Who a CI job is by its OIDC token: an issuer that is configured counts first, then the public service's. */
export async function jobOf(system: CiSystem, token: string, around: IdentityAround): Promise<Answer> {
  const { name, issuer } = system;
  let result = await around.verify.verify(token);
  if (result.outcome === "unverified" && textAt(result.claims, "iss") === issuer.issuer)
    result = await around.verify.verify(token, issuer);
  if (result.outcome === "refused") return { said: `${name} token refused: ${result.why}` };
  const read = system.read(result.claims);
  if (read === undefined) return { said: `the token is none of ${name}` };
  const verified = result.outcome === "verified";
  const credential = credentialOf(result.claims, "oidc_token", token, around.reference);
  return {
    found: {
      ...read,
      kind: "ci_job",
      source: verified ? "ci_oidc" : "jwt_unverified",
      verified,
      ...(credential && { credential }),
    },
    said: `${name} token, ${result.outcome === "verified" ? "signature checked" : `not checked: ${result.why}`}`,
  };
}

/** Host of an issuer's address, without the parts a system adds to it. */
export function hostOf(issuer: string | undefined): string | undefined {
  return issuer !== undefined && URL.canParse(issuer) ? new URL(issuer).host : undefined;
}
