import { expect, test } from "@jest/globals";
import { policyWarnings } from "../../policy/warnings.ts";
import type { Grant } from "../../schemas/index.ts";
import { grantWith } from "../support/build.ts";

const nowUs = Date.parse("2026-06-01T00:00:00Z") * 1000;
const seenOperations = new Map([["agent:triage", new Set(["tickets.open", "tickets.close"])]]);
const plain = { grantee: "agent:triage", operations: ["tickets.*"], window: {} };
const kindsOf = (parts: Partial<Grant>): readonly string[] =>
  policyWarnings([grantWith({ ...plain, ...parts })], { nowUs, seenOperations }).map(({ kind }) => kind);

test.each<{ name: string; parts: Partial<Grant>; says: readonly string[] }>([
  { name: "what is as it should be", parts: {}, says: [] },
  {
    name: "a window that is over",
    parts: { window: { until: "2026-05-31T00:00:00Z" } },
    says: ["window_over"],
  },
  {
    name: "a window that ends this instant",
    parts: { window: { until: "2026-06-01T00:00:00Z" } },
    says: ["window_over"],
  },
  { name: "a window that ends later", parts: { window: { until: "2026-06-02T00:00:00Z" } }, says: [] },
  { name: "everything", parts: { operations: ["*"], resources: ["*"] }, says: ["grants_everything"] },
  {
    name: "everything, in other words",
    parts: { operations: ["a", "**"], resources: ["**"] },
    says: ["grants_everything"],
  },
  {
    name: "everything in one environment",
    parts: { operations: ["*"], resources: ["*"], conditions: { environments: ["staging"] } },
    says: [],
  },
  { name: "everything of one place", parts: { operations: ["*"], resources: ["crm/*"] }, says: [] },
  { name: "anyone", parts: { grantee: "*" }, says: ["grants_anyone"] },
  {
    name: "a person for every step",
    parts: { operations: ["*"], resources: ["crm/*"], ask: true },
    says: ["asks_everything"],
  },
  {
    name: "hours of a place that is none",
    parts: { conditions: { hours: { days: ["mon"], from: "09:00", until: "17:00", zone: "Europe/Berln" } } },
    says: ["unknown_zone"],
  },
  { name: "an identity nobody saw", parts: { grantee: "agent:traige" }, says: ["unknown_grantee"] },
  { name: "operations nobody saw", parts: { operations: ["ticket.*"] }, says: ["unseen_operations"] },
])("$name", ({ parts, says }) => {
  expect(kindsOf(parts)).toEqual(says);
});

test("nothing is said of what was seen where that isn't known, and each sentence names its grant", () => {
  const grants = [grantWith({ ...plain, id: "g7", grantee: "*", operations: ["never"] })];
  // An installation that has seen nobody yet knows as little.
  for (const options of [{ nowUs }, { nowUs, seenOperations: new Map() }])
    expect(policyWarnings(grants, options)).toEqual([
      {
        grantId: "g7",
        kind: "grants_anyone",
        sentence: "grant g7: the grantee is *, so every identity holds it",
      },
    ]);
});
