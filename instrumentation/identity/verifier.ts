import { createHash } from "node:crypto";
import { instantAt, type Claims } from "./claims.ts";
import type { HttpFetch } from "./http.ts";
import { Kept } from "./kept.ts";
import type { TrustedIssuer } from "./issuers.ts";

/** What became of a token. `why` is a sentence that holds nothing of it. */
export type Verification =
  | {
      readonly outcome: "verified";
      readonly claims: Claims;
      readonly type: string;
      readonly issuer: TrustedIssuer;
    }
  /** Nobody here can say: its issuer is not trusted, or its keys can't be had. What it says is a claim. */
  | { readonly outcome: "unverified"; readonly claims: Claims; readonly type: string; readonly why: string }
  /** It is not what it says: forged, expired, for somebody else, or no token at all. It names nobody. */
  | { readonly outcome: "refused"; readonly why: string };

export interface TokenVerifier {
  /** Looks at the signature, the time and the audience; never rejects. `also` is trusted for this call alone. */
  verify(token: string, also?: TrustedIssuer): Promise<Verification>;
  /** The same at once, for a token looked at before and not forgotten since; nothing otherwise. */
  known(token: string): Verification | undefined;
}

export interface VerifierOptions {
  readonly issuers: readonly TrustedIssuer[];
  readonly fetch: HttpFetch;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** Longest token looked at. */
export const tokenBytesMax = 16 * 1024;

/** Verified tokens remembered, each until it expires and no longer than an hour, so that a key taken back counts. */
const verifiedMax = 1000;
const verifiedMs = 3_600_000;
/** Others, remembered apart, so that no flood of forged tokens pushes out a true one. */
const othersMax = 256;
const othersMs = 30_000;
const underWayMax = 256;

/**
 * Verifies tokens of `issuers`, each once. A token's own word never decides where keys are taken from, and only one with
 * a wrong signature, expired or malformed is refused; of one whose issuer nobody here knows, the claims are read.
 *
 * @example
 * const verifier = createVerifier({ issuers: [{ issuer: "https://login.acme.example" }], fetch: httpFetch, nowMs });
 * const { outcome } = await verifier.verify(token);
 */
export function createVerifier(options: VerifierOptions): TokenVerifier {
  const verified = new Kept<Verification>(verifiedMax);
  const others = new Kept<Verification>(othersMax);
  const underWay = new Map<string, Promise<Verification>>();
  let judge: Promise<Judge> | undefined;

  const recall = (key: string): Verification | undefined => {
    const nowMs = options.nowMs();
    return verified.get(key, nowMs) ?? others.get(key, nowMs);
  };
  const look = async (token: string, also?: TrustedIssuer): Promise<Verification> => {
    try {
      judge ??= import("./jose.ts").then(({ createJudge }) => createJudge(options));
      return await (
        await judge
      )(token, also);
    } catch {
      return { outcome: "refused", why: "could not be looked at" };
    }
  };
  const lookAndKeep = async (key: string, token: string): Promise<Verification> => {
    const result = await look(token);
    const nowMs = options.nowMs();
    if (result.outcome !== "verified") others.set(key, result, nowMs + othersMs);
    else verified.set(key, result, Math.min(expiryMs(result.claims), nowMs + verifiedMs));
    underWay.delete(key);
    return result;
  };
  return {
    known: (token) => (isShort(token) ? recall(digest(token)) : tooLong),
    async verify(token, also) {
      if (!isShort(token)) return tooLong;
      // What counts for one caller alone is not remembered for others.
      if (also !== undefined) return await look(token, also);
      const key = digest(token);
      const before = recall(key);
      if (before !== undefined) return before;
      const running = underWay.get(key);
      if (running !== undefined) return await running;
      if (underWay.size >= underWayMax) return { outcome: "refused", why: "too many are being looked at" };
      const mine = lookAndKeep(key, token);
      underWay.set(key, mine);
      return await mine;
    },
  };
}

/** Looks at one token, without memory. */
export type Judge = (token: string, also?: TrustedIssuer) => Promise<Verification>;

const tooLong: Verification = { outcome: "refused", why: `longer than ${tokenBytesMax} bytes` };

function isShort(token: string): boolean {
  // A hostile caller of JavaScript may hand over anything.
  return typeof token === "string" && token.length <= tokenBytesMax;
}

function digest(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}

function expiryMs(claims: Claims): number {
  return instantAt(claims, "exp") ?? Number.POSITIVE_INFINITY;
}
