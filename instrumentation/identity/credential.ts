import { createHash } from "node:crypto";
import { instantAt, objectAt, textAt, type Claims } from "./claims.ts";
import type { Credential } from "./source.ts";

/** Keyed reference of a secret; nothing without a key. */
export type Reference = (secret: string) => string | undefined;

/** What of a token may be told: its `jti`, or a keyed reference where it has none; nothing where there is neither. */
export function credentialOf(
  claims: Claims,
  type: string,
  token: string,
  reference: Reference | undefined,
): Credential | undefined {
  const id = textAt(claims, "jti") ?? referenceOf(token, reference);
  if (id === undefined) return undefined;
  const [issuedAtMs, expiresAtMs] = [instantAt(claims, "iat"), instantAt(claims, "exp")];
  const bound = objectAt(claims, "cnf") ?? {};
  const thumbprint = textAt(bound, "jkt") ?? textAt(bound, "x5t#S256");
  return {
    id,
    type,
    ...(issuedAtMs !== undefined && { issuedAtMs }),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    ...(thumbprint !== undefined && { thumbprint }),
  };
}

/** Keyed reference of `token`, if there is a key and making one does not fail. */
export function referenceOf(token: string, reference: Reference | undefined): string | undefined {
  try {
    return reference?.(token);
  } catch {
    return undefined;
  }
}

/** Base64url SHA-256 of a certificate (DER), as `x5t#S256` has it. */
export function thumbprintOf(certificate: Uint8Array): string {
  return createHash("sha256").update(certificate).digest("base64url");
}
