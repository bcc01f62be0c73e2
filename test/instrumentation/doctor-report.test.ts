/** Goal: each trouble is told in one sentence with one thing to do, and a healthy app hears nothing of the kind. */
import { expect, test } from "@jest/globals";
import type { Facts } from "../../instrumentation/doctor/facts.ts";
import { reportOf } from "../../instrumentation/doctor/report.ts";
import { healthy, pg, type ReportCase } from "../support/doctor-facts.ts";

const copies = (...versions: readonly string[]): Facts["apiCopies"] =>
  versions.map((version, nth) => ({ version, folder: `copy ${String(nth)}` }));
const sdk = (version: string): Facts["versions"]["sdk"] => [{ name: "@opentelemetry/sdk-trace", version }];
const versions = (given: Partial<Facts["versions"]>): Partial<Facts> => ({
  versions: { ...healthy.versions, ...given },
});
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

const cases: readonly ReportCase[] = [
  {
    name: "an old Node",
    facts: versions({ node: "20.9.0" }),
    id: "node",
    state: "trouble",
    advice: "20.19.0",
  },
  {
    name: "no package",
    facts: versions({ answerable: undefined }),
    id: "answerable",
    state: "trouble",
    advice: "npm install",
  },
  {
    name: "an API that is too new",
    facts: { apiCopies: copies("1.11.0") },
    id: "api",
    state: "trouble",
    says: "1.11.0",
  },
  {
    name: "an API that is too old",
    facts: { apiCopies: copies("1.8.0") },
    id: "api",
    state: "trouble",
    says: "1.8.0",
  },
  {
    name: "two lines of the API",
    facts: { apiCopies: copies("1.9.1", "1.10.0") },
    id: "api",
    state: "trouble",
    says: "1.9.1 (copy 0), 1.10.0 (copy 1)",
    advice: '"@opentelemetry/api": "1.9.1"',
  },
  {
    name: "two copies of one line",
    facts: { apiCopies: copies("1.9.0", "1.9.1") },
    id: "api",
    state: "note",
  },
  { name: "no API", facts: { apiCopies: [] }, id: "api", state: "ok" },
  {
    name: "SDK 3 with an old API",
    facts: versions({ sdk: sdk("3.1.0") }),
    id: "sdk",
    state: "trouble",
    advice: "1.10.0",
  },
  {
    name: "SDK 3 on Node 20",
    facts: versions({ sdk: sdk("3.1.0"), api: "1.10.0", node: "20.20.0" }),
    id: "sdk",
    state: "note",
    advice: "22.15.0",
  },
  {
    name: "SDK 2",
    facts: versions({ sdk: sdk("2.12.1"), node: "20.20.0" }),
    id: "sdk",
    state: "ok",
    says: "2.12.1",
  },
  { name: "an app whose spans vanish", facts: { isTracing: false }, id: "tracing", state: "trouble" },
  {
    name: "a wrong setting",
    facts: { problems: ["the key is short"] },
    id: "settings",
    state: "trouble",
    says: "key",
  },
  {
    name: "switched off",
    facts: { isOn: false, probe: undefined },
    id: "on",
    state: "trouble",
    advice: "ANSWERABLE_DISABLED",
  },
  {
    name: "nobody",
    facts: { identity: undefined },
    id: "identity",
    state: "trouble",
    says: "spiffe: an SVID",
    advice: "ANSWERABLE_IDENTITY",
  },
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
  { name: "no library", facts: { libraries: [] }, id: "libraries", state: "note", advice: "tool" },
  {
    name: "an unpatched library",
    facts: { libraries: [{ ...pg, state: "unpatched" }] },
    id: "library pg",
    state: "note",
    says: "pg 8.16.0",
  },
  {
    name: "a library that fails",
    facts: { libraries: [{ ...pg, state: "not_loadable" }] },
    id: "library pg",
    state: "note",
  },
  { name: "a channel", facts: { libraries: [{ ...pg, state: "listening" }] }, id: "library pg", state: "ok" },
];

test.each(cases)(
  "of one thing that is otherwise: $name → $state",
  ({ facts, id, state, says = "", advice = "" }) => {
    const check = reportOf({ ...healthy, ...facts }).find((one) => one.id === id);
    expect(check).toMatchObject({ state, says: expect.stringContaining(says) });
    expect(check?.advice ?? "").toContain(advice);
    expect(check?.advice ?? (state === "trouble" ? "" : "nothing to do.")).toMatch(/\.$/u);
  },
);

test("where nothing is recorded, nothing is said of what would follow", () => {
  const ids = reportOf({ ...healthy, isOn: false }).map(({ id }) => id);
  expect(ids).toEqual(["node", "answerable", "api", "sdk", "on"]);
});
