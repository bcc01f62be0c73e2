import { describe, expect, test } from "@jest/globals";
import {
  fileOf,
  isOlder,
  newsAmong,
  recordsOf,
  setBacks,
  standingPolicy,
} from "../../detector/serve/standing-policy.ts";
import { PolicyBook } from "../../policy/book.ts";
import { factsOf } from "../../policy/facts.ts";
import { authorise } from "../../policy/judge.ts";
import { type ControlRecord, PolicyFile } from "../../schemas/index.ts";
import { actionWith, builtAtUs, grantWith } from "../support/build.ts";

const decision = { tenant: "default", author: "user:ana", atUs: builtAtUs };
const whole = PolicyFile.parse({
  grants: [grantWith({ id: "g1" }), grantWith({ id: "g2" })],
  playbooks: [{ id: "p", on: { rules: ["outside-grant"] }, do: "pause" }],
  safeguards: { protected: ["ci:*"] },
  guard: { ungranted: "ask" },
  identities: [{ id: "agent:triage", owner: "team:support" }],
});
const logOf = (records: readonly ControlRecord[]) =>
  records.map((record, position) => ({ position, record }));
const standsAfter = (records: readonly ControlRecord[]) => standingPolicy(logOf(records), "default");

test("what stands just so already is no news, whoever gave it and when", () => {
  const given = recordsOf(whole, decision);
  const again = recordsOf(whole, { ...decision, author: "user:ben", atUs: builtAtUs + 1 });
  expect(given).toHaveLength(6);
  expect(newsAmong(again, standsAfter(given))).toEqual([]);
});

test("what differs in anything is news, and so is what was taken back, or given to another tenant", () => {
  const given = recordsOf(whole, decision);
  const other = {
    ...whole,
    guard: { ungranted: "deny", uncovered: "deny" } as const,
    grants: [grantWith({ id: "g1", ask: true })],
  };
  expect(newsAmong(recordsOf(other, decision), standsAfter(given)).map(({ kind }) => kind)).toEqual([
    "guard_set",
    "grant_given",
  ]);
  const taken: readonly ControlRecord[] = [
    ...given,
    { kind: "grant_revoked", ...decision, grantId: "g2" },
    { kind: "playbook_removed", ...decision, playbookId: "p" },
  ];
  expect(newsAmong(given, standsAfter(taken)).map(({ kind }) => kind)).toEqual([
    "grant_given",
    "playbook_given",
  ]);
  expect(newsAmong(given, standingPolicy(logOf(given), "acme"))).toHaveLength(6);
});

test("what stands is a file that gives it", () => {
  expect(PolicyFile.parse(fileOf(standsAfter(recordsOf(whole, decision))))).toEqual(whole);
});

describe("a version is lower than another:", () => {
  test.each([
    ["1", "2", true],
    ["2", "1", false],
    ["9", "10", true],
    ["1.9", "1.10", true],
    ["1.0", "1", false],
    ["1", "1.0.1", true],
    ["v1", "2", true],
    ["2", "2", false],
    ["2026-01", "2026-02", false],
    ["1-beta", "1", false],
    ["one", "two", false],
  ])("%s, %s: %s", (one, other, is) => {
    expect(isOlder(one, other)).toBe(is);
  });
});

test("a lower version of the same policy is told; one of another policy, or of what was taken back, is not", () => {
  const version = (number: string, id = "support-agents") => grantWith({ policy: { id, version: number } });
  const given: ControlRecord = { kind: "grant_given", ...decision, grant: version("14") };
  expect(setBacks([version("13")], standsAfter([given]))).toEqual([
    "grant grant-1 has version 13 of support-agents, and version 14 stands",
  ]);
  expect(setBacks([version("14"), version("15"), version("1", "other")], standsAfter([given]))).toEqual([]);
  expect(
    setBacks(
      [version("1")],
      standsAfter([given, { kind: "grant_revoked", ...decision, grantId: "grant-1" }]),
    ),
  ).toEqual([]);
});

test.each([
  { name: "from when it is given", window: {} },
  { name: "from later on", window: { from: new Date((builtAtUs + 500) / 1000 + 1).toISOString() } },
])("a new version leaves no moment without a policy: $name", ({ window }) => {
  const book = new PolicyBook();
  const grant = (version: string, parts = {}) => grantWith({ policy: { id: "p", version }, ...parts });
  book.enter(0, { kind: "grant_given", ...decision, grant: grant("1") });
  book.enter(1, { kind: "grant_given", ...decision, atUs: builtAtUs + 500, grant: grant("2", { window }) });
  const versions = new Set<string>();
  for (let us = 0; us < 3000; us += 1) {
    const facts = factsOf(actionWith({ startedAtUs: builtAtUs + us }));
    // However much of the log is known, and whenever it started.
    for (const control of [1, 2]) {
      const { outcome, policyVersion } = authorise(book, control, facts);
      expect(outcome).toBe("granted");
      versions.add(policyVersion);
    }
  }
  expect([...versions]).toEqual(["1", "2"]);
});
