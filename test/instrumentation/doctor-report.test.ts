/** Goal: each trouble is told in one sentence with one thing to do, and a healthy app hears nothing of the kind. */
import { describe, expect, test } from "@jest/globals";
import type { Facts, Library, Probe } from "../../instrumentation/doctor/facts.ts";
import { type Check, reportOf } from "../../instrumentation/doctor/report.ts";

const probe: Probe = {
  isTaken: true,
  trouble: undefined,
  asked: { answer: "stored", missing: 0, gaps: 0 },
  dropped: 0,
};
const pg: Library = { wrapper: "pg", name: "pg", version: "8.16.0", state: "patched" };
const healthy: Facts = {
  versions: { node: "22.20.0", answerable: "0.1.0", api: "1.9.1", sdk: [] },
  apiCopies: [{ version: "1.9.1", folder: "node_modules/@opentelemetry/api" }],
  isTracing: true,
  isOn: true,
  problems: [],
  identity: { id: "spiffe://acme/triage", kind: "workload", source: "mtls_spiffe" },
  tried: [{ id: "spiffe", said: "an SVID of /run/spiffe" }],
  exporter: { kind: "otlp", to: "https://spans.acme.example/v1/traces" },
  probe,
  libraries: [pg],
};

const copies = (...versions: readonly string[]): Facts["apiCopies"] =>
  versions.map((version, nth) => ({ version, folder: `copy ${String(nth)}` }));
const sdk = (version: string): Facts["versions"]["sdk"] => [{ name: "@opentelemetry/sdk-trace", version }];
const versions = (given: Partial<Facts["versions"]>): Partial<Facts> => ({
  versions: { ...healthy.versions, ...given },
});
const said = (trouble: string): Partial<Facts> => ({ probe: { ...probe, isTaken: false, trouble } });
const asked = (given: Probe["asked"], dropped = 0): Partial<Facts> => ({ probe: { ...probe, asked: given, dropped } });

test("of a healthy app everything is ok, and nothing is to be done", () => {
  const checks = reportOf(healthy);
  expect(checks.map(({ state }) => state)).toEqual(checks.map(() => "ok"));
  expect(checks.filter(({ advice }) => advice !== undefined)).toEqual([]);
  expect(checks.map(({ id }) => id)).toEqual([
    "node",
    "answerable",
    "api",
    "sdk",
    "identity",
    "receiver",
    "stored",
    "drops",
    "library pg",
  ]);
});

const cases: readonly {
  name: string;
  facts: Partial<Facts>;
  id: string;
  state: Check["state"];
  says?: string;
  advice?: string;
}[] = [
  { name: "an old Node", facts: versions({ node: "20.9.0" }), id: "node", state: "trouble", advice: "20.19.0" },
  { name: "no package", facts: versions({ answerable: undefined }), id: "answerable", state: "trouble", advice: "npm install" },
  { name: "an API that is too new", facts: { apiCopies: copies("1.11.0") }, id: "api", state: "trouble", says: "1.11.0" },
  { name: "an API that is too old", facts: { apiCopies: copies("1.8.0") }, id: "api", state: "trouble", says: "1.8.0" },
  {
    name: "two lines of the API",
    facts: { apiCopies: copies("1.9.1", "1.10.0") },
    id: "api",
    state: "trouble",
    says: "1.9.1 (copy 0), 1.10.0 (copy 1)",
    advice: '"@opentelemetry/api": "1.9.1"',
  },
  { name: "two copies of one line", facts: { apiCopies: copies("1.9.0", "1.9.1") }, id: "api", state: "note" },
  { name: "no API", facts: { apiCopies: [] }, id: "api", state: "ok" },
  { name: "SDK 3 with an old API", facts: versions({ sdk: sdk("3.1.0") }), id: "sdk", state: "trouble", advice: "1.10.0" },
  {
    name: "SDK 3 on Node 20",
    facts: versions({ sdk: sdk("3.1.0"), api: "1.10.0", node: "20.20.0" }),
    id: "sdk",
    state: "note",
    advice: "22.15.0",
  },
  { name: "SDK 2", facts: versions({ sdk: sdk("2.12.1"), node: "20.20.0" }), id: "sdk", state: "ok", says: "2.12.1" },
  { name: "an app whose spans vanish", facts: { isTracing: false }, id: "tracing", state: "trouble" },
  { name: "a wrong setting", facts: { problems: ["the key is short"] }, id: "settings", state: "trouble", says: "key" },
  { name: "switched off", facts: { isOn: false, probe: undefined }, id: "on", state: "trouble", advice: "ANSWERABLE_DISABLED" },
  { name: "nobody", facts: { identity: undefined }, id: "identity", state: "trouble", says: "spiffe: an SVID", advice: "ANSWERABLE_IDENTITY" },
  {
    name: "a service without a name",
    facts: { identity: { id: "svc:unknown_service:node", kind: "workload", source: "inferred" } },
    id: "identity",
    state: "trouble",
  },
  {
    name: "an inferred identity",
    facts: { identity: { id: "svc:triage", kind: "workload", source: "inferred" } },
    id: "identity",
    state: "note",
    says: "weak",
  },
  {
    name: "a configured identity",
    facts: { identity: { id: "agent:triage", kind: "ai_agent", source: "static_config" } },
    id: "identity",
    state: "ok",
    says: "claimed",
  },
  { name: "the console", facts: { exporter: { kind: "console", to: "console" } }, id: "receiver", state: "note" },
  { name: "nothing there", facts: said("cannot reach x: ECONNREFUSED"), id: "receiver", state: "trouble", advice: "answerable up" },
  { name: "no such host", facts: said("cannot reach x: ENOTFOUND"), id: "receiver", state: "trouble", advice: "host's name" },
  { name: "silence", facts: said("cannot reach x: no answer within 5000 ms"), id: "receiver", state: "trouble", advice: "firewall" },
  { name: "plain http to https", facts: said("cannot reach x: ECONNRESET"), id: "receiver", state: "trouble", advice: "https" },
  { name: "an unknown authority", facts: said("cannot reach x: SELF_SIGNED_CERT_IN_CHAIN"), id: "receiver", state: "trouble", advice: "NODE_EXTRA_CA_CERTS" },
  { name: "401", facts: said("the receiver answers 401 Unauthorized"), id: "receiver", state: "trouble", advice: "ANSWERABLE_TOKEN" },
  { name: "403", facts: said("the receiver answers 403 Forbidden"), id: "receiver", state: "trouble", advice: "write" },
  { name: "404", facts: said("the receiver answers 404 Not Found"), id: "receiver", state: "trouble", advice: "path" },
  { name: "a redirect", facts: said("the receiver answers 302 Found"), id: "receiver", state: "trouble", advice: "redirected" },
  { name: "503", facts: said("the receiver answers 503 Busy"), id: "receiver", state: "trouble", advice: "log" },
  { name: "something new", facts: said("the receiver answers 418 Teapot"), id: "receiver", state: "trouble", advice: "log" },
  {
    name: "a refusal within success",
    facts: { probe: { ...probe, trouble: "the receiver did not take 1 of the spans: a may not speak for it" } },
    id: "receiver",
    state: "trouble",
    advice: "`identities`",
  },
  { name: "taken, not stored", facts: asked({ answer: "not_stored" }), id: "stored", state: "trouble", advice: "answerable detect" },
  { name: "may not ask", facts: asked({ answer: "not_allowed" }), id: "stored", state: "note" },
  { name: "another receiver", facts: asked({ answer: "no_answerable" }), id: "stored", state: "note" },
  { name: "missing spans", facts: asked({ answer: "stored", missing: 2, gaps: 0 }), id: "drops", state: "trouble", says: "2 " },
  { name: "drops", facts: asked({ answer: "stored", missing: 0, gaps: 0 }, 3), id: "drops", state: "trouble", says: "3 " },
  { name: "gaps of yesterday", facts: asked({ answer: "stored", missing: 0, gaps: 4 }), id: "drops", state: "note", says: "4 times" },
  { name: "no library", facts: { libraries: [] }, id: "libraries", state: "note", advice: "tool" },
  { name: "an unpatched library", facts: { libraries: [{ ...pg, state: "unpatched" }] }, id: "library pg", state: "note", says: "pg 8.16.0" },
  { name: "a library that fails", facts: { libraries: [{ ...pg, state: "not_loadable" }] }, id: "library pg", state: "note" },
  { name: "a channel", facts: { libraries: [{ ...pg, state: "listening" }] }, id: "library pg", state: "ok" },
];

describe("of one thing that is otherwise:", () => {
  test.each(cases)("$name → $state", ({ facts, id, state, says = "", advice }) => {
    const check = reportOf({ ...healthy, ...facts }).find((one) => one.id === id);
    expect(check?.state).toBe(state);
    expect(check?.says).toContain(says);
    if (advice !== undefined) expect(check?.advice).toContain(advice);
    if (state === "trouble") expect(check?.advice).toMatch(/\.$/u);
  });
});

test("where nothing is recorded, nothing is said of what would follow", () => {
  const ids = reportOf({ ...healthy, isOn: false }).map(({ id }) => id);
  expect(ids).toEqual(["node", "answerable", "api", "sdk", "on"]);
});
