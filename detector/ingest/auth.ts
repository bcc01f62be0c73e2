import { compilePattern } from "../../policy/pattern.ts";
import { createHash, timingSafeEqual } from "node:crypto";
import type { HttpConfig, Permission } from "../config/config.ts";
import { isLoopback, parseListen } from "../config/listen.ts";
import type { Client } from "./ports.ts";

/** What a request shows of its sender. */
export interface Credentials {
  /** The Authorization header. */
  readonly authorization?: string | undefined;
  /** The certificate of its connection; `trusted` when it was issued under `http.tls.clientCaFile`. */
  readonly certificate?: { readonly trusted: boolean; readonly subjects: readonly string[] } | undefined;
}

export type AuthResult =
  | { readonly ok: true; readonly client: Client }
  | { readonly ok: false; readonly message: string };

/** Anyone on this machine; the listener must be a loopback one. */
const localClient: Client = {
  name: "",
  tenant: "default",
  identities: ["*"],
  may: ["send", "guard", "read", "decide"],
  authenticated: false,
};

type ClientConfig = HttpConfig["clients"][number];

/** Says who sends, by token or certificate. A wrong credential is refused everywhere, no credential only off loopback. */
export function createAuthenticator(http: HttpConfig): (credentials: Credentials) => AuthResult {
  const local = isLoopback(parseListen(http.listen).host);
  const byDigest = http.clients.flatMap((client) =>
    client.tokenSha256 === undefined ? [] : [{ client, digest: Buffer.from(client.tokenSha256, "hex") }],
  );
  return ({ authorization, certificate }) => {
    if (authorization !== undefined) {
      const token = /^bearer +(?<token>\S+) *$/iu.exec(authorization)?.groups?.["token"];
      if (token === undefined)
        return refused("The Authorization header must be: Bearer, a space, and the token.");
      const digest = createHash("sha256").update(token).digest();
      // The digests are what is compared, each in constant time: how long it takes tells nothing about a token.
      const found = byDigest.find((one) => timingSafeEqual(one.digest, digest));
      return found === undefined ? refused("The token is not one of http.clients.") : proven(found.client);
    }
    if (certificate !== undefined) return byCertificate(certificate, http.clients);
    return local
      ? { ok: true, client: localClient }
      : refused("Send a token (Authorization: Bearer …) or use a client certificate.");
  };
}

/** Whether this client was given a permission. */
export function mayUse(client: Client, permission: Permission): boolean {
  return client.may.includes(permission);
}

/** Whether this client may send spans in the name of an identity; the proof of who acts, as far as we have one. */
export function speaksFor(client: Client, identityId: string): boolean {
  return client.identities.some((pattern) => compilePattern(pattern)(identityId));
}

/**
 * Whether this client may ask, and be told, what an identity may do. Where its entry names identities, those alone; where it
 * names none, nothing binds it to any.
 */
export function mayGuard(client: Client, identityId: string): boolean {
  return client.identities.length === 0 || speaksFor(client, identityId);
}

/** The names a certificate proves: its URIs (SPIFFE ids are such) and its common name. */
export function subjectsOf(certificate: {
  readonly subjectaltname?: string | undefined;
  readonly subject?: { readonly CN?: string | string[] } | undefined;
}): readonly string[] {
  // Names with a comma in them stand in quotes. Those are left out: they could only be meant to look like another name.
  const names = (certificate.subjectaltname ?? "").match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/gu) ?? [];
  const uris = names
    .map((name) => name.trim())
    .filter((name) => name.startsWith("URI:") && !name.includes('"'));
  const common = certificate.subject?.CN;
  return [...uris.map((uri) => uri.slice("URI:".length)), ...(typeof common === "string" ? [common] : [])];
}

/** Whether a Host header names this machine. Any other means that a web page was made to look like us (DNS rebinding). */
export function isLocalHost(host: string | undefined): boolean {
  const name = (host ?? "").replace(/:\d*$/u, "").toLowerCase();
  return name === "[::1]" || (name !== "::1" && isLoopback(name));
}

function byCertificate(
  { trusted, subjects }: NonNullable<Credentials["certificate"]>,
  clients: readonly ClientConfig[],
): AuthResult {
  if (!trusted) return refused("The client certificate is not valid under http.tls.clientCaFile.");
  const found = clients.find(
    (one) => one.certificateSubject !== undefined && subjects.includes(one.certificateSubject),
  );
  return found === undefined
    ? refused("The client certificate's subject is not one of http.clients.")
    : proven(found);
}

function proven({ name, tenant, identities, may }: ClientConfig): AuthResult {
  return { ok: true, client: { name, tenant, identities, may, authenticated: true } };
}

function refused(message: string): AuthResult {
  return { ok: false, message };
}
