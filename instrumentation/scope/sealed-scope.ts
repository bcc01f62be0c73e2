import { createHmac, timingSafeEqual } from "node:crypto";
import type { Scope } from "./scope.ts";
import { chainHopsMax, cutChain, idCharsMax } from "./stamp.ts";

/** How long a seal holds: as long as a call may be under way. */
const sealMs = 5 * 60_000;
/** Clocks of two machines differ. */
const skewMs = 60_000;
const sealCharsMax = 4096;
const header = encode({ alg: "HS256", typ: "nhi+jwt" });

/**
 * What a scope says of who acts for whom, as a JWS (RFC 7515) with HMAC-SHA256, bound to one trace and to a few minutes:
 * whoever has the key can tell it from a mere claim.
 */
export function sealScope(scope: Scope, traceId: string, key: Uint8Array, nowMs: number): string {
  const { chain, task, grant, session } = scope;
  const told = { chain: chain && cutChain(chain), task, grant, session };
  const body = `${header}.${encode({ ...told, trace: traceId, exp: Math.ceil((nowMs + sealMs) / 1000) })}`;
  return `${body}.${signature(body, key)}`;
}

/** The scope of a seal; undefined when it was not made with this key for this trace, or is too old. */
export function openScope(
  sealed: string,
  traceId: string,
  key: Uint8Array,
  nowMs: number,
): Scope | undefined {
  if (sealed.length > sealCharsMax) return undefined;
  const at = sealed.lastIndexOf(".");
  const body = sealed.slice(0, at);
  // Compared with the one header that we write: no other algorithm is ever looked at.
  if (at < 0 || !body.startsWith(`${header}.`) || !isSame(sealed.slice(at + 1), signature(body, key)))
    return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- We signed it; each claim is unknown until it is looked at.
  const claims = JSON.parse(Buffer.from(body.slice(header.length + 1), "base64url").toString()) as Claims;
  if (claims.trace !== traceId || typeof claims.exp !== "number") return undefined;
  if (claims.exp * 1000 < nowMs || claims.exp * 1000 > nowMs + sealMs + skewMs) return undefined;
  return scopeOf(claims);
}

interface Claims extends Record<"chain" | "task" | "grant" | "session" | "trace" | "exp", unknown> {}

function scopeOf({ chain, task, grant, session }: Claims): Scope {
  return {
    ...(Array.isArray(chain) && chain.length <= chainHopsMax && chain.every(isId) && { chain }),
    ...(isId(task) && { task }),
    ...(isId(grant) && { grant }),
    ...(isId(session) && { session }),
  };
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= idCharsMax;
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}

function signature(body: string, key: Uint8Array): string {
  return createHmac("sha256", key).update(body).digest("base64url");
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
