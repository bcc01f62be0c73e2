import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";

/** An issuer of tokens on loopback: real keys, a real key set over HTTP. */
export interface Issuer {
  readonly url: string;
  readonly jwksUri: string;
  /** Its public keys. */
  readonly keys: JWK[];
  /** Paths asked for so far. */
  readonly asked: string[];
  /** What answers in place of the key set, while it is set. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  /** A token of it: `iss`, `iat`, `exp` in an hour, unless `claims` say otherwise. */
  sign(
    claims: Record<string, unknown>,
    header?: { alg?: string; kid?: string; typ?: string },
  ): Promise<string>;
  stop(): Promise<void>;
}

export async function startIssuer(alg = "ES256"): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const keys: JWK[] = [{ ...(await exportJWK(publicKey)), kid: "k1", alg, use: "sig" }];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (issuer.answer !== undefined) return issuer.answer(request, response);
    const discovery = { issuer: issuer.url, jwks_uri: issuer.jwksUri };
    const body = request.url?.endsWith("openid-configuration") === true ? discovery : { keys: issuer.keys };
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A test that fails before it stops its issuer must not hold up the others.
  server.unref();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: Issuer = {
    url,
    jwksUri: `${url}/keys`,
    keys,
    asked,
    answer: undefined,
    sign: async (claims, header) =>
      await signed(privateKey, { iss: url, ...claims }, { alg, kid: "k1", ...header }),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return issuer;
}

/** A token signed with `key`. */
export async function signed(
  key: CryptoKey | Uint8Array,
  claims: Record<string, unknown>,
  header: { alg: string; kid?: string; typ?: string },
): Promise<string> {
  const nowS = Math.floor(Date.now() / 1000);
  return await new SignJWT({ iat: nowS, exp: nowS + 3600, ...claims }).setProtectedHeader(header).sign(key);
}

/** `value` as a part of a token. */
export function part(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}
