/**
 * Goal: a token that is not what it says names nobody, and what is said of it holds nothing of it.
 * Method: each is one that a real attacker would send, against a real key set over HTTP on loopback.
 */
import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT } from "jose";
import { httpFetch } from "../../instrumentation/identity/http.ts";
import type { TrustedIssuer } from "../../instrumentation/identity/issuers.ts";
import {
  createVerifier,
  tokenBytesMax,
  type TokenVerifier,
  type Verification,
} from "../../instrumentation/identity/verifier.ts";
import { part, signed, startIssuer, type Issuer } from "../support/issuer.ts";

let issuer: Issuer;
let nowMs: number;

beforeEach(async () => {
  issuer = await startIssuer();
  nowMs = Date.now();
});
afterEach(async () => await issuer.stop());

function verifierOf(more: Partial<TrustedIssuer> = {}): TokenVerifier {
  const trusted = { issuer: issuer.url, jwksUri: issuer.jwksUri, ...more };
  return createVerifier({ issuers: [trusted], fetch: httpFetch, nowMs: () => nowMs });
}

async function judged(token: string, verifier = verifierOf()): Promise<Verification> {
  return await verifier.verify(token);
}

function refused(why: string): Verification {
  return { outcome: "refused", why };
}

describe("a forged token names nobody:", () => {
  test("signed with another key under the issuer's key id", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const token = await signed(privateKey, { iss: issuer.url, sub: "admin" }, { alg: "ES256", kid: "k1" });
    expect(await judged(token)).toEqual(refused("signature wrong"));
  });

  test("a claim changed", async () => {
    const [header, , signature] = (await issuer.sign({ sub: "triage" })).split(".");
    expect(await judged(`${header}.${part({ iss: issuer.url, sub: "admin" })}.${signature}`)).toEqual(
      refused("signature wrong"),
    );
  });

  test.each(["none", "None", "NONE", "nOnE"])("alg %s", async (alg) => {
    expect(await judged(`${part({ alg })}.${part({ iss: issuer.url, sub: "admin" })}.`)).toEqual(
      refused("not signed"),
    );
  });

  test("the public key used as a shared secret (HS256)", async () => {
    const rsa = await startIssuer("RS256");
    try {
      const key = await importJWK(rsa.keys[0] ?? {}, "RS256");
      const pem = await exportSPKI(key as Parameters<typeof exportSPKI>[0]);
      const text = `${part({ alg: "HS256", kid: "k1" })}.${part({ iss: rsa.url, sub: "admin" })}`;
      const token = `${text}.${createHmac("sha256", pem).update(text).digest("base64url")}`;
      const verifier = createVerifier({
        issuers: [{ issuer: rsa.url, jwksUri: rsa.jwksUri, algorithms: ["RS256", "HS256"] }],
        fetch: httpFetch,
        nowMs: () => nowMs,
      });
      expect(await judged(token, verifier)).toEqual(refused("its algorithm is not allowed"));
      expect(rsa.asked).toEqual([]);
    } finally {
      await rsa.stop();
    }
  });

  test("an algorithm that the issuer does not use", async () => {
    expect(await judged(await issuer.sign({ sub: "a" }), verifierOf({ algorithms: ["RS256"] }))).toEqual(
      refused("its algorithm is not allowed"),
    );
  });

  test.each(["../../../../etc/passwd", "/dev/null", "k1'; DROP TABLE keys; --", "http://127.0.0.1:1/keys"])(
    "key id %s is compared, and nothing else is done with it",
    async (kid) => {
      const { privateKey } = await generateKeyPair("ES256");
      expect(await judged(await signed(privateKey, { iss: issuer.url }, { alg: "ES256", kid }))).toEqual(
        refused("no key of its issuer fits"),
      );
      expect(new Set(issuer.asked)).toEqual(new Set(["/keys"]));
    },
  );

  test("keys of its own in the header are not taken", async () => {
    const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
    const theirs = await startIssuer();
    try {
      const header = {
        alg: "ES256",
        kid: "own",
        jwk: await exportJWK(publicKey),
        jku: theirs.jwksUri,
        x5u: theirs.jwksUri,
      };
      const token = await new SignJWT({ iss: issuer.url, sub: "admin" })
        .setProtectedHeader(header)
        .sign(privateKey);
      expect(await judged(token)).toEqual(refused("no key of its issuer fits"));
      expect(theirs.asked).toEqual([]);
    } finally {
      await theirs.stop();
    }
  });

  test("what is no token", async () => {
    const junk = [
      "",
      ".",
      "..",
      "a.b.c",
      "a.b.c.d.e",
      "\u0000",
      part({}),
      `${part("[]")}.${part("[]")}.x`,
      "é.é.é",
    ];
    for (const token of junk) expect(await judged(token)).toEqual(refused("no signed token"));
    for (const token of [undefined, null, 5, {}, ["a"]])
      expect((await verifierOf().verify(token as string)).outcome).toBe("refused");
  });

  test("a token of a megabyte, before anything is computed of it", async () => {
    const verifier = verifierOf();
    const token = await issuer.sign({ sub: "x".repeat(1024 * 1024) });
    expect(await judged(token, verifier)).toEqual(refused(`longer than ${tokenBytesMax} bytes`));
    expect(verifier.known(token)).toEqual({ outcome: "refused", why: `longer than ${tokenBytesMax} bytes` });
  });

  test("many of them push out no true one", async () => {
    const verifier = verifierOf({ jwks: { keys: issuer.keys } });
    const token = await issuer.sign({ sub: "triage" });
    await verifier.verify(token);
    for (let index = 0; index < 2000; index += 1) await verifier.verify(`${token}${index}`);
    expect(verifier.known(token)?.outcome).toBe("verified");
    expect(verifier.known(`${token}0`)).toBeUndefined();
    expect(verifier.known(`${token}1999`)).toBeDefined();
  });
});

test("no answer holds anything of the token", async () => {
  const secret = "s3cr3t-value-of-a-claim";
  const { privateKey } = await generateKeyPair("ES256");
  const tokens = [
    await signed(privateKey, { iss: issuer.url, sub: secret }, { alg: "ES256", kid: "k1" }),
    await signed(privateKey, { iss: issuer.url, sub: secret, exp: 5 }, { alg: "ES256", kid: "k1" }),
    await signed(privateKey, { iss: issuer.url, sub: secret }, { alg: "ES256", kid: secret }),
    await issuer.sign({ sub: "a", aud: secret }),
    await issuer.sign({ sub: "a", nbf: secret }),
  ];
  const verifier = verifierOf({ audience: ["answerable"] });
  for (const token of tokens) {
    const result = await verifier.verify(token);
    expect(result.outcome).toBe("refused");
    expect(JSON.stringify(result)).not.toContain(secret);
  }
});
