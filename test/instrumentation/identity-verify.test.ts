/**
 * Goal: a token counts as verified exactly when a trusted issuer signed it for us and it is in its time; where its keys
 * can't be had its claims are claims, and asking for them costs no more than a bound.
 * Method: real keys and a real key set over HTTP on loopback, which then answers wrongly.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { exportJWK, generateKeyPair } from "jose";
import { httpFetch, type HttpFetch } from "../../instrumentation/identity/http.ts";
import type { TrustedIssuer } from "../../instrumentation/identity/issuers.ts";
import { createVerifier, type TokenVerifier } from "../../instrumentation/identity/verifier.ts";
import { signed, startIssuer, type Issuer } from "../support/issuer.ts";

let issuer: Issuer;
let nowMs: number;

beforeEach(async () => {
  issuer = await startIssuer();
  nowMs = Date.now();
});
afterEach(async () => await issuer.stop());

function verifierOf(more: Partial<TrustedIssuer> = {}, fetch: HttpFetch = httpFetch): TokenVerifier {
  const trusted = { issuer: issuer.url, jwksUri: issuer.jwksUri, ...more };
  return createVerifier({ issuers: [trusted], fetch, nowMs: () => nowMs });
}

describe("a token of a trusted issuer", () => {
  test("is verified, and its claims are told", async () => {
    const result = await verifierOf().verify(await issuer.sign({ sub: "triage" }, { typ: "at+jwt" }));
    expect(result).toMatchObject({
      outcome: "verified",
      type: "at+jwt",
      claims: { sub: "triage", iss: issuer.url },
    });
  });

  test("is verified with keys that discovery names", async () => {
    const verifier = createVerifier({
      issuers: [{ issuer: issuer.url }],
      fetch: httpFetch,
      nowMs: () => nowMs,
    });
    expect((await verifier.verify(await issuer.sign({ sub: "triage" }))).outcome).toBe("verified");
    expect(issuer.asked).toEqual(["/.well-known/openid-configuration", "/keys"]);
  });

  test("is verified with keys given, without the network", async () => {
    const verifier = createVerifier({
      issuers: [{ issuer: issuer.url, jwks: { keys: issuer.keys } }],
      fetch: async () => await Promise.reject(new Error("no network")),
      nowMs: () => nowMs,
    });
    expect((await verifier.verify(await issuer.sign({ sub: "triage" }))).outcome).toBe("verified");
  });

  test("is looked at once, also when asked for at the same time, and known at once after that", async () => {
    const verifier = verifierOf();
    const token = await issuer.sign({ sub: "triage" });
    expect(verifier.known(token)).toBeUndefined();
    const results = await Promise.all([
      verifier.verify(token),
      verifier.verify(token),
      verifier.verify(token),
    ]);
    expect(new Set(results).size).toBe(1);
    expect(verifier.known(token)).toBe(results[0]);
    expect(issuer.asked).toEqual(["/keys"]);
  });

  test("is not known any more once it expired", async () => {
    const verifier = verifierOf();
    const token = await issuer.sign({ sub: "triage", exp: Math.floor(nowMs / 1000) + 60 });
    expect((await verifier.verify(token)).outcome).toBe("verified");
    nowMs += 61_000;
    expect(verifier.known(token)).toBeUndefined();
    nowMs += 60_000;
    expect(await verifier.verify(token)).toEqual({ outcome: "refused", why: "expired" });
  });

  test("may come from a clock a little ahead or behind, and not from one far off", async () => {
    const seconds = Math.floor(nowMs / 1000);
    const outcome = async (claims: Record<string, unknown>): Promise<unknown> =>
      await verifierOf().verify(await issuer.sign({ sub: "triage", ...claims }));
    expect(await outcome({ exp: seconds - 30 })).toMatchObject({ outcome: "verified" });
    expect(await outcome({ nbf: seconds + 30 })).toMatchObject({ outcome: "verified" });
    expect(await outcome({ exp: seconds - 90 })).toEqual({ outcome: "refused", why: "expired" });
    expect(await outcome({ nbf: seconds + 90 })).toEqual({ outcome: "refused", why: "not valid yet" });
  });

  test("for another audience is refused where one is asked for", async () => {
    const verifier = verifierOf({ audience: ["answerable"] });
    const ours = await issuer.sign({ sub: "triage", aud: ["other", "answerable"] });
    const theirs = await issuer.sign({ sub: "triage", aud: "other" });
    expect((await verifier.verify(ours)).outcome).toBe("verified");
    expect(await verifier.verify(theirs)).toEqual({ outcome: "refused", why: "for another audience" });
    expect(await verifier.verify(await issuer.sign({ sub: "triage" }))).toMatchObject({ outcome: "refused" });
  });

  test("without a key id is tried with each key that fits", async () => {
    const other = await generateKeyPair("ES256", { extractable: true });
    issuer.keys.unshift({ ...(await exportJWK(other.publicKey)), alg: "ES256", use: "sig" });
    for (const key of issuer.keys) delete key.kid;
    const token = await issuer.sign({ sub: "triage" }, { kid: undefined as unknown as string });
    expect((await verifierOf().verify(token)).outcome).toBe("verified");
  });
});

describe("where nobody here can say, claims are read as claims:", () => {
  test("an issuer that is not trusted is asked for nothing", async () => {
    const stranger = await startIssuer();
    try {
      const result = await verifierOf().verify(await stranger.sign({ sub: "triage" }));
      expect(result).toMatchObject({ outcome: "unverified", claims: { sub: "triage" } });
      expect(stranger.asked).toEqual([]);
    } finally {
      await stranger.stop();
    }
  });

  test("an expired one is refused all the same", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const token = await signed(privateKey, { iss: "https://else", sub: "a", exp: 1000 }, { alg: "ES256" });
    expect(await verifierOf().verify(token)).toEqual({ outcome: "refused", why: "expired" });
  });

  test.each([
    ["hangs", () => {}],
    [
      "answers 500",
      (_: unknown, response: { writeHead(status: number): { end(): void } }) => response.writeHead(500).end(),
    ],
    ["is no JSON", (_: unknown, response: { end(text: string): void }) => response.end("<html>")],
    ["holds no keys", (_: unknown, response: { end(text: string): void }) => response.end('{"keys":5}')],
  ] as const)("the key set %s; it is not asked again at once", async (_, answer) => {
    issuer.answer = answer;
    const verifier = verifierOf({}, async (url, init) => await httpFetch(url, { ...init, timeoutMs: 200 }));
    for (const sub of ["a", "b", "c"]) {
      const result = await verifier.verify(await issuer.sign({ sub }));
      expect(result).toMatchObject({
        outcome: "unverified",
        claims: { sub },
        why: "the issuer's keys can't be had",
      });
    }
    expect(issuer.asked).toEqual(["/keys"]);
    issuer.answer = undefined;
    nowMs += 31_000;
    expect((await verifier.verify(await issuer.sign({ sub: "d" }))).outcome).toBe("verified");
  });

  test("a key set of 100 MB is not read to its end", async () => {
    let sent = 0;
    issuer.answer = (_, response) => {
      const more = (): void => {
        while (sent < 100 * 1024 * 1024) {
          sent += 65_536;
          if (!response.write("x".repeat(65_536))) return void response.once("drain", more);
        }
        response.end();
      };
      more();
    };
    expect((await verifierOf().verify(await issuer.sign({ sub: "a" }))).outcome).toBe("unverified");
    expect(sent).toBeLessThan(50 * 1024 * 1024);
  });

  test("a redirect is not followed", async () => {
    const visited: string[] = [];
    const elsewhere = createServer((request, response) => {
      visited.push(request.url ?? "");
      response.end(JSON.stringify({ keys: issuer.keys }));
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const { port } = elsewhere.address() as AddressInfo;
    issuer.answer = (_, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${port}/keys` }).end();
    expect((await verifierOf().verify(await issuer.sign({ sub: "a" }))).outcome).toBe("unverified");
    await new Promise((resolve) => elsewhere.close(resolve));
    expect(visited).toEqual([]);
  });

  test("discovery that names another issuer is not believed", async () => {
    issuer.answer = (_, response) =>
      response.end(JSON.stringify({ issuer: "https://else", jwks_uri: issuer.jwksUri }));
    const verifier = createVerifier({
      issuers: [{ issuer: issuer.url }],
      fetch: httpFetch,
      nowMs: () => nowMs,
    });
    expect((await verifier.verify(await issuer.sign({ sub: "a" }))).outcome).toBe("unverified");
    expect(issuer.asked).toEqual(["/.well-known/openid-configuration"]);
  });

  test("an unknown key asked for while the key set is away spoils no others", async () => {
    const clock = jest.spyOn(Date, "now").mockImplementation(() => nowMs);
    try {
      const verifier = verifierOf();
      expect((await verifier.verify(await issuer.sign({ sub: "a" }))).outcome).toBe("verified");
      nowMs += 31_000;
      issuer.answer = (_, response) => response.writeHead(500).end();
      const { privateKey } = await generateKeyPair("ES256");
      const forged = await signed(
        privateKey,
        { iss: issuer.url, sub: "x" },
        { alg: "ES256", kid: "unknown" },
      );
      expect((await verifier.verify(forged)).outcome).toBe("unverified");
      expect((await verifier.verify(`${forged}x`)).outcome).toBe("refused");
      expect((await verifier.verify(await issuer.sign({ sub: "b" }))).outcome).toBe("verified");
      expect(issuer.asked).toEqual(["/keys", "/keys"]);
    } finally {
      clock.mockRestore();
    }
  });
});

test("what counts for one caller alone is not remembered for others", async () => {
  const verifier = createVerifier({ issuers: [], fetch: httpFetch, nowMs: () => nowMs });
  const token = await issuer.sign({ sub: "triage" });
  const also = { issuer: issuer.url, jwksUri: issuer.jwksUri };
  expect((await verifier.verify(token, also)).outcome).toBe("verified");
  expect(verifier.known(token)).toBeUndefined();
  expect((await verifier.verify(token)).outcome).toBe("unverified");
});
