/** Each condition holds just where it says, and the boundary that was crossed has its word. */
import { expect, test } from "@jest/globals";
import type { ActionFacts } from "../../policy/facts.ts";
import { authorise } from "../../policy/judge.ts";
import type { AuthorityOutcome, Conditions, ControlRecord } from "../../schemas/index.ts";
import { answered, asked, bookOf, closed, factsWith, given, noon, opened, usOf } from "../support/policy.ts";

interface Case {
  readonly name: string;
  readonly conditions?: Conditions;
  readonly ask?: boolean;
  readonly log?: readonly ControlRecord[];
  readonly facts?: Partial<ActionFacts>;
  readonly outcome: AuthorityOutcome;
}

const weekdays: NonNullable<Conditions["hours"]> = {
  days: ["mon", "tue", "wed", "thu", "fri"],
  from: "09:00",
  until: "17:00",
  zone: "UTC",
};
const seconds = usOf(noon) / 1e6;
const digest = "d".repeat(64);
const under = { approvalId: "approval-1", digest };
const approved = answered("approved", "2026-03-02T11:00:00Z");

const cases: readonly Case[] = [
  { name: "inside the hours", conditions: { hours: weekdays }, outcome: "granted" },
  {
    name: "the minute the hours end",
    conditions: { hours: { ...weekdays, until: "12:00" } },
    outcome: "outside_hours",
  },
  { name: "another day", conditions: { hours: { ...weekdays, days: ["tue"] } }, outcome: "outside_hours" },
  {
    name: "hours of a zone that nobody knows",
    conditions: { hours: { ...weekdays, zone: "Mars/Olympus" } },
    outcome: "outside_hours",
  },
  {
    name: "a task that is open",
    conditions: { task: { id: "CHG-*" } },
    log: [opened("CHG-1", "2026-03-02T10:00:00Z")],
    facts: { taskId: "CHG-1" },
    outcome: "granted",
  },
  {
    name: "a task that was never opened",
    conditions: { task: { id: "*" } },
    facts: { taskId: "CHG-1" },
    outcome: "task_closed",
  },
  {
    name: "a task opened after the action started",
    conditions: { task: { id: "*" } },
    log: [opened("CHG-1", "2026-03-02T12:00:01Z")],
    facts: { taskId: "CHG-1" },
    outcome: "task_closed",
  },
  {
    name: "a task closed the instant the action started",
    conditions: { task: { id: "*" } },
    log: [opened("CHG-1", "2026-03-02T10:00:00Z"), closed("CHG-1", noon)],
    facts: { taskId: "CHG-1" },
    outcome: "task_closed",
  },
  {
    name: "a task closed after it",
    conditions: { task: { id: "*" } },
    log: [opened("CHG-1", "2026-03-02T10:00:00Z"), closed("CHG-1", "2026-03-02T12:00:01Z")],
    facts: { taskId: "CHG-1" },
    outcome: "granted",
  },
  {
    name: "a task that was opened again",
    conditions: { task: { id: "*" } },
    log: [
      opened("CHG-1", "2026-03-02T09:00:00Z"),
      closed("CHG-1", "2026-03-02T10:00:00Z"),
      opened("CHG-1", "2026-03-02T11:00:00Z"),
    ],
    facts: { taskId: "CHG-1" },
    outcome: "granted",
  },
  {
    name: "a task of another kind",
    conditions: { task: { id: "*", kind: "incident" } },
    log: [opened("CHG-1", "2026-03-02T10:00:00Z")],
    facts: { taskId: "CHG-1" },
    outcome: "task_closed",
  },
  {
    name: "an open task that isn't the action's",
    conditions: { task: { id: "*" } },
    log: [opened("CHG-1", "2026-03-02T10:00:00Z")],
    outcome: "task_closed",
  },
  {
    name: "an environment that is named",
    conditions: { environments: ["staging", "dev-*"] },
    facts: { environment: "dev-7" },
    outcome: "granted",
  },
  {
    name: "another environment",
    conditions: { environments: ["staging"] },
    facts: { environment: "production" },
    outcome: "wrong_environment",
  },
  {
    name: "a network that is named",
    conditions: { networks: ["10.0.0.0/8"] },
    facts: { network: "10.1.2.3" },
    outcome: "granted",
  },
  {
    name: "no network at all",
    conditions: { networks: ["0.0.0.0/0", "::/0"] },
    outcome: "wrong_network",
  },
  {
    name: "another session",
    conditions: { sessions: ["nightly-*"] },
    facts: { sessionId: "s1" },
    outcome: "wrong_session",
  },
  {
    name: "another kind of credential",
    conditions: { credential: { types: ["oidc"] } },
    facts: { credentialType: "api_key" },
    outcome: "wrong_credential",
  },
  {
    name: "a credential as old as may be",
    conditions: { credential: { ageMax: "1h" } },
    facts: { credentialIssuedAt: seconds - 3600 },
    outcome: "granted",
  },
  {
    name: "a credential a second older",
    conditions: { credential: { ageMax: "1h" } },
    facts: { credentialIssuedAt: seconds - 3601 },
    outcome: "credential_too_old",
  },
  {
    name: "a credential that doesn't say",
    conditions: { credential: { ageMax: "1h" } },
    outcome: "credential_too_old",
  },
  {
    name: "one that says nonsense",
    conditions: { credential: { ageMax: "1h" } },
    facts: { credentialIssuedAt: Number.NaN },
    outcome: "credential_too_old",
  },
  {
    name: "one of the far future",
    conditions: { credential: { ageMax: "1h" } },
    facts: { credentialIssuedAt: seconds + 3600 },
    outcome: "credential_too_old",
  },
  {
    name: "as deep as may be",
    conditions: { delegation: { depthMax: 1 } },
    facts: { path: ["user:ana", "agent:triage"] },
    outcome: "granted",
  },
  {
    name: "a hop too deep",
    conditions: { delegation: { depthMax: 1 } },
    facts: { path: ["user:ana", "agent:plan", "agent:triage"] },
    outcome: "too_deep",
  },
  {
    name: "somebody else at the root",
    conditions: { delegation: { depthMax: 5, roots: ["user:*"] } },
    facts: { path: ["agent:rogue", "agent:triage"] },
    outcome: "wrong_root",
  },
  { name: "an action that nobody approved", ask: true, outcome: "unapproved" },
  {
    name: "one that was approved",
    ask: true,
    log: [asked(digest), approved],
    facts: under,
    outcome: "granted",
  },
  {
    name: "one that was asked for and not answered",
    ask: true,
    log: [asked(digest)],
    facts: under,
    outcome: "unapproved",
  },
  {
    name: "an approval that nobody asked for",
    ask: true,
    log: [approved],
    facts: under,
    outcome: "unapproved",
  },
  {
    name: "an approval of another action",
    ask: true,
    log: [asked("e".repeat(64)), approved],
    facts: under,
    outcome: "unapproved",
  },
  {
    name: "an approval that is asked for again under the name of one that stands",
    ask: true,
    log: [asked("e".repeat(64)), approved, asked(digest)],
    facts: under,
    outcome: "unapproved",
  },
  {
    name: "an approval of another identity",
    ask: true,
    log: [given({ id: "grant-2", grantee: "agent:other", ask: true }), asked(digest), approved],
    facts: { ...under, identityId: "agent:other" },
    outcome: "unapproved",
  },
  {
    name: "an approval given after the action started",
    ask: true,
    log: [asked(digest), answered("approved", "2026-03-02T12:00:01Z")],
    facts: under,
    outcome: "unapproved",
  },
  {
    name: "an approval that is over when it starts",
    ask: true,
    log: [asked(digest, noon), approved],
    facts: under,
    outcome: "unapproved",
  },
  {
    name: "an approval that it gave itself",
    ask: true,
    log: [asked(digest), answered("approved", "2026-03-02T11:00:00Z", "agent:triage")],
    facts: under,
    outcome: "unapproved",
  },
  {
    name: "an approval that somebody denied as well",
    ask: true,
    log: [asked(digest), answered("denied", "2026-03-02T10:00:00Z"), approved],
    facts: under,
    outcome: "unapproved",
  },
  {
    name: "what is asked for stands behind what must hold",
    ask: true,
    conditions: { environments: ["staging"] },
    outcome: "wrong_environment",
  },
];

test.each(cases)("$name: $outcome", ({ conditions = {}, ask = false, log = [], facts = {}, outcome }) => {
  const book = bookOf([given({ conditions, ask }), ...log]);
  expect(authorise(book, log.length + 1, factsWith(facts)).outcome).toBe(outcome);
});

test("what is decided at the position of the log is not known yet", () => {
  const log = [given({ conditions: { task: { id: "*" } } }), opened("CHG-1", "2026-03-02T10:00:00Z")];
  const outcomes = [1, 2].map(
    (control) => authorise(bookOf(log), control, factsWith({ taskId: "CHG-1" })).outcome,
  );
  expect(outcomes).toEqual(["task_closed", "granted"]);
});
