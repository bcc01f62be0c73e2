/**
 * Goal: a token becomes the chain of who stands behind it, in order, with what it allows, and says whether that was proven.
 * Method: tokens of the shapes that the standards show, signed with real keys; hostile ones beside them.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { httpFetch } from "../../instrumentation/identity/http.ts";
import type { TrustedIssuer } from "../../instrumentation/identity/issuers.ts";
import { createVerifier, type TokenVerifier } from "../../instrumentation/identity/verifier.ts";
import { knownScopeOfToken, scopeOfToken, type TokenScope } from "../../instrumentation/scope/token.ts";
import { startIssuer, type Issuer } from "../support/issuer.ts";
import { githubClaims, podClaims } from "../support/recorded-claims.ts";

let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(async () => await issuer.stop());

function verifierOf(more: Partial<TrustedIssuer> = {}): TokenVerifier {
  const jwks = { keys: issuer.keys as Record<string, unknown>[] };
  return createVerifier({
    issuers: [{ issuer: issuer.url, jwks, ...more }],
    fetch: httpFetch,
    nowMs: Date.now,
  });
}

async function scope(
  claims: Record<string, unknown>,
  typ?: string,
  more?: Partial<TrustedIssuer>,
): Promise<TokenScope> {
  return await scopeOfToken(await issuer.sign(claims, typ === undefined ? {} : { typ }), verifierOf(more));
}

describe("the chain", () => {
  test("of a person's access token is the person, then the client", async () => {
    expect(
      await scope({ sub: "u-4411", client_id: "triage", jti: "t1", scope: "crm.read mail.send" }, "at+jwt"),
    ).toEqual({
      outcome: "verified",
      source: "jwt_verified",
      chain: ["user:u-4411", `oauth:${issuer.url}#triage`],
      depth: 2,
      identity: { id: `oauth:${issuer.url}#triage`, kind: "oauth_client" },
      user: "u-4411",
      credential: {
        id: "t1",
        type: "oauth_at",
        issuedAtMs: expect.any(Number),
        expiresAtMs: expect.any(Number),
      },
      grant: { scope: ["crm.read", "mail.send"], expiresAtMs: expect.any(Number) },
    });
  });

  test.each([
    ["subject and client are one", { sub: "triage", client_id: "triage" }],
    ["Auth0's mark", { sub: "triage@clients", azp: "triage", gty: "client-credentials" }],
    ["Entra's mark", { sub: "5f1c", appid: "triage", idtyp: "app" }],
    ["Keycloak's mark", { sub: "5f1c", azp: "triage", preferred_username: "service-account-triage" }],
    ["no subject", { client_id: "triage" }],
  ])("of a client's own token is the client: %s", async (_, claims) => {
    const { chain, user } = await scope(claims);
    expect(chain).toEqual([`oauth:${issuer.url}#triage`]);
    expect(user).toBeUndefined();
  });

  test("of a token exchanged twice is in the order in which they acted (RFC 8693, figure 6)", async () => {
    const act = { sub: "https://service16.example.com", act: { sub: "https://service77.example.com" } };
    const { chain, identity } = await scope({ sub: "user@example.net", act, client_id: "ignored" });
    const [first, last] = [77, 16].map((n) => `oauth:${issuer.url}#https://service${n}.example.com`);
    expect(chain).toEqual(["user:user@example.net", first, last]);
    expect(identity).toEqual({ id: last, kind: "oauth_client" });
  });

  test("takes canonical names of actors as they are, and of a subject only those that no person can choose", async () => {
    const act = {
      sub: "spiffe://acme.example/triage",
      act: { sub: "agent:planner", act: { sub: "svc:helpdesk" } },
    };
    expect((await scope({ sub: "agent:admin", act })).chain).toEqual([
      "user:agent:admin",
      "svc:helpdesk",
      "agent:planner",
      "spiffe://acme.example/triage",
    ]);
  });

  test("of a transaction token ends with the workload that asked for it", async () => {
    const claims = {
      sub: "d084sdrt234fsaw34tr23t",
      txn: "97053963-771d-49cc-a4e3-20aad399c312",
      scope: "trade.stocks",
    };
    const found = await scope(
      { ...claims, req_wl: "spiffe://acme.example/gateway", jti: "t2" },
      "txntoken+jwt",
    );
    expect(found).toMatchObject({
      chain: ["user:d084sdrt234fsaw34tr23t", "spiffe://acme.example/gateway"],
      transaction: "97053963-771d-49cc-a4e3-20aad399c312",
      credential: { id: "t2", type: "txn_token" },
      grant: { scope: ["trade.stocks"] },
    });
    const agent = { act: { sub: "agent:triage" }, req_wl: ["agent:triage", "svc:crm"] };
    expect((await scope({ ...claims, ...agent })).chain.slice(1)).toEqual(["agent:triage", "svc:crm"]);
  });

  test("of Kubernetes, of a CI job and of a SPIFFE workload has their canonical names", async () => {
    expect(await scope({ ...podClaims, iss: issuer.url })).toMatchObject({
      chain: ["k8s:my-namespace/my-serviceaccount"],
      credential: { type: "k8s_token" },
    });
    const { chain, credential } = await scope({ ...githubClaims, iss: issuer.url });
    expect(chain).toEqual([
      `ci:${new URL(issuer.url).host}/octo-org/octo-repo/.github/workflows/example.yml`,
    ]);
    expect(credential?.type).toBe("oidc_token");
    expect(await scope({ sub: "spiffe://acme.example/a", jti: "j" })).toMatchObject({
      identity: { id: "spiffe://acme.example/a", kind: "workload" },
      credential: { type: "jwt_svid" },
    });
  });

  test("keeps people of different realms apart", async () => {
    const { chain, user } = await scope({ sub: "ana" }, undefined, { realm: "acme" });
    expect([chain, user]).toEqual([["user:acme/ana"], "acme/ana"]);
  });

  test("keeps the place of an actor that has no name", async () => {
    const { chain, identity } = await scope({ sub: "ana", act: { name: "?", act: { sub: "agent:a" } } });
    expect(chain).toEqual(["user:ana", "agent:a", "unknown"]);
    expect(identity).toBeUndefined();
    expect((await scope({ sub: "ana", act: { sub: "a b" } })).chain).toEqual(["user:ana", "unknown"]);
    expect((await scope({ sub: "ana", act: { sub: "x".repeat(600) } })).chain).toEqual([
      "user:ana",
      "unknown",
    ]);
  });

  test("is cut to eight hops, the root and the last seven, and tells its depth", async () => {
    let act: Record<string, unknown> | undefined;
    for (let hop = 1; hop <= 200; hop += 1) act = { sub: `agent:a${hop}`, ...(act && { act }) };
    const { chain, depth } = await scope({ sub: "ana", act });
    expect(chain).toEqual(["user:ana", ...[194, 195, 196, 197, 198, 199, 200].map((hop) => `agent:a${hop}`)]);
    expect(depth).toBe(201);
  });

  test("survives nesting as deep as a token can hold", async () => {
    const deep = `${'{"act":'.repeat(1400)}{"sub":"agent:a"}${"}".repeat(1400)}`;
    const { depth, outcome } = await scope({ sub: "ana", ...(JSON.parse(deep) as Record<string, unknown>) });
    expect([outcome, depth]).toEqual(["verified", 1401]);
  });

  test.each([
    ["no object", 5],
    ["a list", [{ sub: "agent:a" }]],
    ["null", null],
  ])("takes an act that is %s for none", async (_, act) => {
    expect((await scope({ sub: "ana", act })).chain).toEqual(["user:ana"]);
  });

  test("keys of a prototype are keys like others", async () => {
    const claims = JSON.parse('{"__proto__":{"sub":"admin"},"constructor":{"sub":"admin"}}') as Record<
      string,
      unknown
    >;
    expect((await scope(claims)).chain).toEqual(["unknown"]);
    expect({}).not.toHaveProperty("sub");
  });

  test("what somebody else put on the prototype of all objects is no claim", async () => {
    const token = await issuer.sign({ sub: "ana" });
    const polluted = Object.prototype as unknown as Record<string, unknown>;
    try {
      polluted["act"] = { sub: "agent:admin" };
      expect((await scopeOfToken(token, verifierOf())).chain).toEqual(["user:ana"]);
    } finally {
      delete polluted["act"];
    }
  });
});

describe("what is allowed", () => {
  test("is told of authorization_details (RFC 9396)", async () => {
    const authorization_details = [
      {
        type: "account_information",
        actions: ["list_accounts", "read_balances"],
        locations: ["https://example.com/accounts"],
      },
      { type: "payment_initiation", identifier: "p1" },
      { type: "crm" },
      { actions: ["nothing"] },
      5,
    ];
    const { grant } = await scope({ sub: "ana", authorization_details, scp: ["a", "b"] });
    expect(grant?.scope).toEqual([
      "a",
      "b",
      "account_information:list_accounts@https://example.com/accounts",
      "account_information:read_balances@https://example.com/accounts",
      "payment_initiation@p1",
      "crm",
    ]);
  });

  test("is bounded, and nothing where nothing is said", async () => {
    const many = Array.from({ length: 500 }, (_, index) => `s${index}`).join(" ");
    expect((await scope({ sub: "ana", scope: many })).grant?.scope).toHaveLength(64);
    expect((await scope({ sub: "ana", scope: "x".repeat(400) })).grant).toBeUndefined();
    const list = Array.from({ length: 60 }, (_, index) => `a${index}`);
    const authorization_details = [{ type: "t", actions: list, locations: list }];
    expect((await scope({ sub: "ana", authorization_details })).grant?.scope).toHaveLength(64);
  });
});

test("the key that a token is bound to is told", async () => {
  const jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
  expect((await scope({ sub: "a", jti: "j", cnf: { jkt } })).credential?.thumbprint).toBe(jkt);
  expect((await scope({ sub: "a", jti: "j", cnf: { "x5t#S256": jkt } })).credential?.thumbprint).toBe(jkt);
});

test("a token without an id is told by a keyed reference, and not at all without a key", async () => {
  const token = await issuer.sign({ sub: "ana" });
  const seen: string[] = [];
  const reference = (secret: string): string => (seen.push(secret), "hmac-sha256:0011");
  expect((await scopeOfToken(token, verifierOf(), reference)).credential?.id).toBe("hmac-sha256:0011");
  expect(seen).toEqual([token]);
  expect((await scopeOfToken(token, verifierOf())).credential).toBeUndefined();
  const broken = (): string => {
    throw new Error("no key");
  };
  expect((await scopeOfToken(token, verifierOf(), broken)).credential).toBeUndefined();
});

test("a token of a stranger is a claim, and says so", async () => {
  const verifier = createVerifier({ issuers: [], fetch: httpFetch, nowMs: Date.now });
  const scopeOfStranger = await scopeOfToken(
    await issuer.sign({ sub: "ana", act: { sub: "agent:a" } }),
    verifier,
  );
  expect(scopeOfStranger).toMatchObject({
    outcome: "unverified",
    why: "its issuer is not trusted here",
    source: "jwt_unverified",
    chain: ["user:ana", "agent:a"],
  });
});

test("a token that is refused names nobody, and only a reference tells which it was", async () => {
  const token = await issuer.sign({ sub: "s3cr3t-person", jti: "s3cr3t-id" });
  const nothing = { outcome: "refused", source: "jwt_unverified", chain: [], depth: 0 };
  const forged = `${token.slice(0, -6)}AAAAAA`;
  expect(await scopeOfToken(forged, verifierOf())).toEqual({ ...nothing, why: "signature wrong" });
  const named = await scopeOfToken("an opaque token", verifierOf(), () => "hmac-sha256:22");
  const credential = { id: "hmac-sha256:22", type: "token" };
  expect(named).toEqual({ ...nothing, why: "no signed token", credential });
});

test("what was looked at once is known at once, and is the same object", async () => {
  const verifier = verifierOf();
  const token = await issuer.sign({ sub: "ana", act: { sub: "agent:a" } });
  expect(knownScopeOfToken(token, verifier)).toBeUndefined();
  const first = await scopeOfToken(token, verifier);
  expect(knownScopeOfToken(token, verifier)).toBe(first);
});
