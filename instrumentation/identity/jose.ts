import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  type RemoteJWKSet,
} from "jose";
import { instantAt, objectOf, textAt, type Claims } from "./claims.ts";
import { isAllowed, type HttpFetch } from "./http.ts";
import { algorithmsKnown, type TrustedIssuer } from "./issuers.ts";
import type { Judge, Verification, VerifierOptions } from "./verifier.ts";

/** How far an issuer's clock may differ from ours. */
const skewMs = 60_000;
/** After keys could not be had, they are not asked for again so soon: a hanging issuer must not hold up each token. */
const pauseMs = 30_000;
/** Keys tried for a token that does not say which one signed it. */
const keysTriedMax = 8;

/** Keys that could not be had: the token may be right or wrong. */
class KeysAwayError extends Error {}

/** Tokens are looked at by `jose`; keys of an issuer are fetched when first needed and kept for ten minutes. */
export function createJudge({ issuers, fetch, nowMs }: VerifierOptions): Judge {
  const trusted = new Map(
    issuers.map((issuer) => [issuer.issuer, { issuer, keys: keysOf(issuer, fetch, nowMs) }]),
  );
  return async (token, also) => {
    const read = decode(token, nowMs());
    if (read.outcome !== "unverified") return read;
    const named = textAt(read.claims, "iss");
    const ad = also && { issuer: also, keys: keysOf(also, fetch, nowMs) };
    const fit = ad ?? (named === undefined ? undefined : trusted.get(named));
    return fit === undefined ? read : await check(token, fit.issuer, fit.keys, nowMs(), read);
  };
}

type Read = Extract<Verification, { outcome: "unverified" }>;

async function check(
  token: string,
  issuer: TrustedIssuer,
  keys: JWTVerifyGetKey,
  nowMs: number,
  read: Read,
): Promise<Verification> {
  const options: JWTVerifyOptions = {
    algorithms: (issuer.algorithms ?? algorithmsKnown).filter((name) => algorithmsKnown.includes(name)),
    currentDate: new Date(nowMs),
    clockTolerance: skewMs / 1000,
    ...(issuer.issuer !== "" && { issuer: issuer.issuer }),
    ...(issuer.audience && { audience: [...issuer.audience] }),
  };
  try {
    await jwtVerify(token, keys, options);
    return { outcome: "verified", claims: read.claims, type: read.type, issuer };
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys)
      return await checkEach(token, issuer, error, nowMs, read);
    return error instanceof KeysAwayError
      ? { ...read, why: "the issuer's keys can't be had" }
      : { outcome: "refused", why: sentence(error) };
  }
}

async function checkEach(
  token: string,
  issuer: TrustedIssuer,
  several: InstanceType<typeof errors.JWKSMultipleMatchingKeys>,
  nowMs: number,
  read: Read,
): Promise<Verification> {
  let tried = 0;
  for await (const key of several) {
    if (tried === keysTriedMax) break;
    tried += 1;
    const result = await check(token, issuer, async () => key, nowMs, read);
    if (result.outcome !== "refused" || result.why !== signatureWrong) return result;
  }
  return { outcome: "refused", why: signatureWrong };
}

/** The token's claims without a look at the signature; refused where no signature could help. */
function decode(token: string, nowMs: number): Verification {
  try {
    const { alg, typ } = decodeProtectedHeader(token);
    if (alg === undefined || alg.toLowerCase() === "none") return { outcome: "refused", why: "not signed" };
    const claims: Claims = decodeJwt(token);
    const [expiresAtMs, beginsAtMs] = [instantAt(claims, "exp"), instantAt(claims, "nbf")];
    if (expiresAtMs !== undefined && expiresAtMs <= nowMs - skewMs)
      return { outcome: "refused", why: "expired" };
    if (beginsAtMs !== undefined && beginsAtMs > nowMs + skewMs)
      return { outcome: "refused", why: "not valid yet" };
    return { outcome: "unverified", claims, type: typeOf(typ), why: "its issuer is not trusted here" };
  } catch {
    return { outcome: "refused", why: "no signed token" };
  }
}

function typeOf(typ: unknown): string {
  return typeof typ === "string" ? typ.toLowerCase().replace(/^application\//u, "") : "";
}

function keysOf(issuer: TrustedIssuer, fetch: HttpFetch, nowMs: () => number): JWTVerifyGetKey {
  if (issuer.jwks !== undefined) return givenKeys(issuer.jwks);
  let set: RemoteJWKSet | undefined;
  let failedAtMs = Number.NEGATIVE_INFINITY;
  return async (header, token) => {
    if (nowMs() - failedAtMs < pauseMs) {
      // Asking for an unknown key may have failed while those at hand are still good.
      if (set?.fresh !== true) throw new KeysAwayError();
      return await createLocalJWKSet(set.jwks() ?? { keys: [] })(header, token);
    }
    try {
      set ??= await remoteKeys(issuer, fetch);
      return await set(header, token);
    } catch (error) {
      if (isOfToken(error)) throw error;
      failedAtMs = nowMs();
      throw new KeysAwayError();
    }
  };
}

function givenKeys(jwks: NonNullable<TrustedIssuer["jwks"]>): JWTVerifyGetKey {
  try {
    return createLocalJWKSet(localSet(jwks));
  } catch {
    return () => {
      throw new KeysAwayError();
    };
  }
}

async function remoteKeys(issuer: TrustedIssuer, fetch: HttpFetch): Promise<RemoteJWKSet> {
  const address = issuer.jwksUri ?? (await discover(issuer.issuer, fetch));
  return createRemoteJWKSet(new URL(address), {
    [customFetch]: async (url) => {
      const { status, body } = await fetch(url, { headers: { accept: "application/json" } });
      // A redirect is an answer like another: not 200, so no keys. Of a body the constructor wants none with some.
      return status === 200 ? new Response(new Uint8Array(body)) : new Response(undefined, { status: 502 });
    },
  });
}

/** OpenID Connect Discovery: the document has to name the issuer it was asked for. */
async function discover(issuer: string, fetch: HttpFetch): Promise<string> {
  const { status, body } = await fetch(`${issuer.replace(/\/$/u, "")}/.well-known/openid-configuration`);
  const document = status === 200 ? objectOf(body) : undefined;
  const address = document && textAt(document, "jwks_uri");
  const fits = document?.["issuer"] === issuer && address !== undefined && isAllowed(address);
  if (!fits) throw new KeysAwayError();
  return address;
}

/** A SPIFFE bundle names the use of its keys in words of its own, which `jose` would take for another use. */
function localSet(jwks: NonNullable<TrustedIssuer["jwks"]>): { keys: Record<string, unknown>[] } {
  const ofTokens = jwks.keys.filter(({ use }) => use !== "x509-svid");
  return {
    keys: ofTokens.map(({ use, ...key }) =>
      use === "jwt-svid" ? key : { ...key, ...(use !== undefined && { use }) },
    ),
  };
}

/** Whether the token is to blame, rather than the way to the keys. */
function isOfToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

const signatureWrong = "signature wrong";

/** Our words in place of the library's: an error of it carries the claims. */
function sentence(error: unknown): string {
  if (error instanceof errors.JWSSignatureVerificationFailed) return signatureWrong;
  if (error instanceof errors.JWTExpired) return "expired";
  if (error instanceof errors.JWKSNoMatchingKey) return "no key of its issuer fits";
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return "its algorithm is not allowed";
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.claim === "aud" ? "for another audience" : "a registered claim does not fit";
  return "malformed";
}
