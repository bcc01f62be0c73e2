import { isAllowed } from "./http.ts";
import { fitText, isObject, objectOf, valueAt, type Claims } from "./claims.ts";

/** Somebody whose tokens count when their signature is right. */
export interface TrustedIssuer {
  /** The token's `iss`, to the letter. */
  readonly issuer: string;
  /** Where its keys are: https, or on this machine. Without it and `jwks`, the issuer's discovery document says so. */
  readonly jwksUri?: string;
  /** Its keys themselves, as a JSON Web Key Set. */
  readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
  /** The token's `aud` must hold one of these; not asked where left out. */
  readonly audience?: readonly string[];
  /** Signature algorithms to accept, of those in `algorithmsKnown`; all of them where left out. */
  readonly algorithms?: readonly string[];
  /** Put before the names of its people (`user:<realm>/<sub>`), so that two issuers' people are not taken for each other. */
  readonly realm?: string;
}

/** Public-key signatures only: a shared secret proves nothing of who signed, and `none` nothing at all. */
export const algorithmsKnown: readonly string[] =
  "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" ");

const issuersMax = 64;
const keysMax = 64;

export interface ParsedIssuers {
  readonly issuers: readonly TrustedIssuer[];
  /** What was left out and why, for `answerable doctor`. */
  readonly problems: readonly string[];
}

/**
 * Reads `ANSWERABLE_ISSUERS`: issuers' addresses with commas between them, or JSON, a list of `TrustedIssuer`. What can't
 * be used is left out and named, never guessed.
 *
 * @example
 * parseIssuers("https://login.acme.example, https://gitlab.acme.example").issuers.length; // 2
 */
export function parseIssuers(text: string): ParsedIssuers {
  const problems: string[] = [];
  const issuers = entriesOf(text, problems).flatMap((entry, index) => {
    const read = issuerOf(entry);
    if (typeof read === "object") return [read];
    problems.push(`issuer ${index + 1}: ${read}`);
    return [];
  });
  if (issuers.length > issuersMax) problems.push(`only the first ${issuersMax} issuers count`);
  return { issuers: issuers.slice(0, issuersMax), problems };
}

function entriesOf(text: string, problems: string[]): readonly unknown[] {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  if (!/^[[{]/u.test(trimmed)) return trimmed.split(",").map((part) => ({ issuer: part.trim() }));
  // An object around the list lets one entry be written without brackets.
  const whole = objectOf(`{"list":${trimmed}}`)?.["list"];
  if (Array.isArray(whole)) return whole;
  if (isObject(whole)) return [whole];
  problems.push("the list of issuers is no JSON");
  return [];
}

function issuerOf(entry: unknown): TrustedIssuer | string {
  if (!isObject(entry)) return "is no object";
  const issuer = fitText(entry["issuer"]);
  if (issuer === undefined || issuer.includes("#")) return "issuer is missing, or no address";
  const jwks = valueAt(entry, "jwks");
  const keys = isObject(jwks) && Array.isArray(jwks["keys"]) ? jwks["keys"].filter(isObject) : undefined;
  if (jwks !== undefined && (keys === undefined || keys.length > keysMax)) return "jwks is no key set";
  const jwksUri = valueAt(entry, "jwksUri");
  if (jwksUri !== undefined && !(typeof jwksUri === "string" && isAllowed(jwksUri)))
    return "jwksUri is neither https nor on this machine";
  if (jwksUri === undefined && keys === undefined && !isAllowed(issuer))
    return "without jwksUri and jwks, the issuer has to be an https address";
  const audience = textsAt(entry, "audience");
  const algorithms = textsAt(entry, "algorithms");
  if (audience === "unfit" || algorithms === "unfit")
    return "audience and algorithms are texts or lists of them";
  const refused = algorithms?.find((name) => !algorithmsKnown.includes(name));
  if (refused !== undefined) return `algorithms may be of ${algorithmsKnown.join(", ")}`;
  const realm = fitText(entry["realm"]);
  return {
    issuer,
    ...(typeof jwksUri === "string" && { jwksUri }),
    ...(keys && { jwks: { keys } }),
    ...(audience && { audience }),
    ...(algorithms && { algorithms }),
    ...(realm !== undefined && { realm }),
  };
}

function textsAt(entry: Claims, name: string): readonly string[] | "unfit" | undefined {
  const value = valueAt(entry, name);
  if (value === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.map(fitText).filter((text) => text !== undefined);
  return texts.length === list.length && texts.length > 0 ? texts : "unfit";
}
