import { describe, expect, test } from "@jest/globals";
import { Config } from "../../detector/config/config.ts";
import { createAuthenticator, isLocalHost, speaksFor, subjectsOf } from "../../detector/ingest/auth.ts";
import { sha256 } from "./support.ts";

const clients = [
  {
    name: "by-token",
    tenant: "acme",
    tokenSha256: sha256("right"),
    identities: ["agent:*"],
    may: ["send", "read"],
  },
  { name: "by-certificate", certificateSubject: "spiffe://acme/collector" },
];

function certificate(subject: string, trusted = true) {
  return { trusted, subjects: [subject] };
}

function authenticator(listen: string) {
  return createAuthenticator(Config.parse({ http: { listen, clients } }).http);
}

describe("who a request is from", () => {
  const cases = [
    { name: "nobody, on this machine", listen: "127.0.0.1:1", shows: {}, client: "" },
    { name: "nobody, on this machine by IPv6", listen: "[::1]:1", shows: {}, client: "" },
    { name: "nobody, from anywhere", listen: "0.0.0.0:1", shows: {}, says: "Send a token" },
    {
      name: "the right token",
      listen: "0.0.0.0:1",
      shows: { authorization: "Bearer right" },
      client: "by-token",
    },
    {
      name: "the scheme in lower case",
      listen: "0.0.0.0:1",
      shows: { authorization: "bearer right" },
      client: "by-token",
    },
    {
      name: "a wrong token",
      listen: "0.0.0.0:1",
      shows: { authorization: "Bearer wrong" },
      says: "not one of",
    },
    {
      name: "a wrong token on this machine",
      listen: "127.0.0.1:1",
      shows: { authorization: "Bearer wrong" },
      says: "not one of",
    },
    {
      name: "the hash in place of the token",
      listen: "0.0.0.0:1",
      shows: { authorization: `Bearer ${sha256("right")}` },
      says: "not one of",
    },
    {
      name: "another scheme",
      listen: "0.0.0.0:1",
      shows: { authorization: "Basic cmlnaHQ=" },
      says: "Bearer",
    },
    { name: "an empty token", listen: "0.0.0.0:1", shows: { authorization: "Bearer " }, says: "Bearer" },
    {
      name: "its certificate",
      listen: "0.0.0.0:1",
      shows: { certificate: certificate("spiffe://acme/collector") },
      client: "by-certificate",
    },
    {
      name: "a certificate of another",
      listen: "0.0.0.0:1",
      shows: { certificate: certificate("spiffe://acme/other") },
      says: "subject",
    },
    {
      name: "its certificate by another authority",
      listen: "0.0.0.0:1",
      shows: { certificate: certificate("spiffe://acme/collector", false) },
      says: "not valid",
    },
    {
      name: "its certificate with a wrong token",
      listen: "0.0.0.0:1",
      shows: { certificate: certificate("spiffe://acme/collector"), authorization: "Bearer wrong" },
      says: "not one of",
    },
  ];
  test.each(cases)("$name", ({ listen, shows, client, says }) => {
    const result = authenticator(listen)(shows);
    expect(result.ok ? [result.client.name, result.client.authenticated] : undefined).toEqual(
      client === undefined ? undefined : [client, client !== ""],
    );
    expect(result.ok ? "" : result.message).toContain(says ?? "");
  });

  test("a client may do what its configuration says, in its tenant", () => {
    const result = authenticator("0.0.0.0:1")({ authorization: "Bearer right" });
    expect(result).toMatchObject({
      client: { tenant: "acme", may: ["send", "read"], identities: ["agent:*"] },
    });
    const other = authenticator("0.0.0.0:1")({ certificate: certificate("spiffe://acme/collector") });
    expect(other).toMatchObject({ client: { tenant: "default", may: ["send", "guard"], identities: [] } });
  });
});

describe("for whom a client speaks", () => {
  const cases = [
    { patterns: [], id: "agent:a", speaks: false },
    { patterns: ["*"], id: "anything", speaks: true },
    { patterns: ["agent:a"], id: "agent:a", speaks: true },
    { patterns: ["agent:a"], id: "agent:ab", speaks: false },
    { patterns: ["agent:*"], id: "agent:", speaks: true },
    { patterns: ["agent:*"], id: "svc:agent:x", speaks: false },
    { patterns: ["spiffe://acme/*/sa/triage"], id: "spiffe://acme/ns/prod/sa/triage", speaks: true },
    { patterns: ["spiffe://acme/*/sa/triage"], id: "spiffe://acme/ns/prod/sa/triage2", speaks: false },
    { patterns: ["a*b*c"], id: "a1b2c", speaks: true },
    { patterns: ["a*b*c"], id: "a1c2b", speaks: false },
    { patterns: ["aba*aba"], id: "aba", speaks: false },
    { patterns: ["a*b*b"], id: "ab", speaks: false },
    { patterns: ["agent:."], id: "agent:x", speaks: false },
    { patterns: ["svc:x", "agent:a"], id: "agent:a", speaks: true },
  ];
  test.each(cases)("$patterns and $id: $speaks", ({ patterns, id, speaks }) => {
    expect(speaksFor({ name: "", tenant: "", identities: patterns, may: [], authenticated: true }, id)).toBe(
      speaks,
    );
  });

  test("a pattern made to be slow is not", () => {
    const client = {
      name: "",
      tenant: "",
      identities: [`${"a*".repeat(250)}b`],
      may: [],
      authenticated: true,
    };
    const before = performance.now();
    expect(speaksFor(client, "a".repeat(512))).toBe(false);
    expect(performance.now() - before).toBeLessThan(50);
  });
});

test.each([
  { names: "URI:spiffe://acme/a, DNS:b", cn: "c", subjects: ["spiffe://acme/a", "c"] },
  { names: 'URI:"spiffe://acme/x, URI:spiffe://acme/admin"', cn: "c", subjects: ["c"] },
  { names: 'DNS:"a\\", URI:spiffe://acme/admin"', cn: ["c", "d"], subjects: [] },
  { names: undefined, cn: undefined, subjects: [] },
])("a certificate of $names and $cn proves $subjects", ({ names, cn, subjects }) => {
  expect(subjectsOf({ subjectaltname: names, subject: cn === undefined ? {} : { CN: cn } })).toEqual(
    subjects,
  );
});

test.each([
  { host: "localhost:4318", local: true },
  { host: "LOCALHOST", local: true },
  { host: "127.0.0.1:4318", local: true },
  { host: "[::1]:4318", local: true },
  { host: "evil.example:4318", local: false },
  { host: "localhost.evil.example", local: false },
  { host: "127.0.0.1.evil.example", local: false },
  { host: "", local: false },
  { host: undefined, local: false },
])("Host $host is this machine: $local", ({ host, local }) => {
  expect(isLocalHost(host)).toBe(local);
});
