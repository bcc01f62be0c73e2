import { createHmac, timingSafeEqual } from "node:crypto";
import type { HookMapping } from "./hook-mapping.ts";

/** Whether a body was signed with this secret; how long finding out takes says nothing about the secret. */
export function isSigned(
  body: Uint8Array,
  header: string | string[] | undefined,
  { encoding, prefix }: HookMapping["signature"],
  secret: string,
): boolean {
  if (typeof header !== "string" || !header.startsWith(prefix)) return false;
  const text = header.slice(prefix.length);
  const form = encoding === "hex" ? /^[0-9a-f]{64}$/iu : /^[A-Za-z0-9+/]{43}=$/u;
  if (!form.test(text)) return false;
  const wanted = createHmac("sha256", secret).update(body).digest();
  return timingSafeEqual(Buffer.from(text, encoding), wanted);
}
