import { createHmac } from "node:crypto";

/**
 * A name for a secret that says nothing of it: who sees it twice knows that it is the same one, and nothing more. Under another
 * tenant, or another key, the same secret has another name.
 *
 * @param key Kept by the tenant; without one there is no reference, as a plain hash of a weak password can be guessed.
 * @returns `hmac-sha256:` and 16 hex digits.
 * @example
 * reference("hunter2", key, "acme"); // "hmac-sha256:3f0c9e7a5b1d2486"
 */
export function reference(secret: string, key: Uint8Array | undefined, tenant: string): string | undefined {
  if (key === undefined || key.length === 0) return undefined;
  const digest = createHmac("sha256", key).update(`${tenant}\0`).update(secret).digest("hex");
  return `hmac-sha256:${digest.slice(0, 16)}`;
}
