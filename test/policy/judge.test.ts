import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { ActionFacts } from "../../policy/facts.ts";
import { authorise } from "../../policy/judge.ts";
import type { AuthorityOutcome, ControlRecord, Grant } from "../../schemas/index.ts";
import { builtAtUs, grantWith } from "../support/build.ts";
import { bookOf, factsWith } from "../support/policy.ts";

const atUs = (iso: string): number => Date.parse(iso) * 1000;
const noon = "2026-03-02T12:00:00Z";

const given = (at: string, parts: Partial<Grant> = {}): ControlRecord => ({
  kind: "grant_given",
  tenant: "default",
  author: "user:ana@acme.example",
  atUs: atUs(at),
  grant: grantWith(parts),
});

const revoked = (at: string, grantId = "grant-1"): ControlRecord => ({
  kind: "grant_revoked",
  tenant: "default",
  author: "user:ana@acme.example",
  atUs: atUs(at),
  grantId,
});

interface OutcomeCase {
  readonly name: string;
  readonly log: readonly ControlRecord[];
  readonly asked?: Partial<ActionFacts>;
  /** Entries of the log that are known; all when not given. */
  readonly control?: number;
  readonly outcome: AuthorityOutcome;
}

const morning = "2026-03-02T08:00:00Z";
const later = "2026-03-02T18:00:00Z";
const window = { from: morning, until: later };
const crm = { id: "crm/eu", kind: "db", origin: "" };
const lists = { id: "lists/all", kind: "db", origin: "" };

const cases: readonly OutcomeCase[] = [
  { name: "an empty book grants nothing", log: [], outcome: "no_grant" },
  {
    name: "a grant to somebody else is none",
    log: [given(morning, { grantee: "agent:other" })],
    outcome: "no_grant",
  },
  {
    name: "a grant of another tenant is none",
    log: [given(morning)],
    asked: { tenant: "acme" },
    outcome: "no_grant",
  },
  { name: "a grantee may be a pattern", log: [given(morning, { grantee: "agent:*" })], outcome: "granted" },
  {
    name: "the start of the window is inside",
    log: [given(morning, { window })],
    asked: { startedAtUs: atUs(morning) },
    outcome: "granted",
  },
  {
    name: "a microsecond before it is outside",
    log: [given(morning, { window })],
    asked: { startedAtUs: atUs(morning) - 1 },
    outcome: "outside_window",
  },
  {
    name: "the end of the window is outside",
    log: [given(morning, { window })],
    asked: { startedAtUs: atUs(later) },
    outcome: "outside_window",
  },
  {
    name: "a microsecond before it is inside",
    log: [given(morning, { window })],
    asked: { startedAtUs: atUs(later) - 1 },
    outcome: "granted",
  },
  { name: "without a start it counts from when it was given", log: [given(noon)], outcome: "granted" },
  {
    name: "and not a microsecond before",
    log: [given(noon)],
    asked: { startedAtUs: atUs(noon) - 1 },
    outcome: "outside_window",
  },
  {
    name: "a start in the past reaches back, as somebody wrote so",
    log: [given(later, { window: { from: morning } })],
    outcome: "granted",
  },
  {
    name: "without an end it never ends",
    log: [given(morning)],
    asked: { startedAtUs: atUs("2099-01-01T00:00:00Z") },
    outcome: "granted",
  },
  {
    name: "an instant with an offset is the same instant",
    log: [given(morning, { window: { from: "2026-03-02T14:00:00+02:00" } })],
    outcome: "granted",
  },
  { name: "revoked at the instant of the action", log: [given(morning), revoked(noon)], outcome: "revoked" },
  { name: "revoked after the action", log: [given(morning), revoked(later)], outcome: "granted" },
  {
    name: "given again after it was revoked",
    log: [given(morning), revoked("2026-03-02T09:00:00Z"), given("2026-03-02T10:00:00Z")],
    outcome: "granted",
  },
  {
    name: "what was done between revocation and the new gift stays revoked",
    log: [given(morning), revoked("2026-03-02T09:00:00Z"), given(later)],
    outcome: "revoked",
  },
  {
    name: "a revocation of an unknown grant changes nothing",
    log: [given(morning), revoked(noon, "grant-2")],
    outcome: "granted",
  },
  {
    name: "a narrower version counts from its start",
    log: [given(morning), given("2026-03-02T10:00:00Z", { operations: ["mail.*"] })],
    outcome: "outside_scope",
  },
  {
    name: "a narrower version takes nothing from what was begun before it",
    log: [given(morning), given(later, { operations: ["mail.*"] })],
    outcome: "granted",
  },
  {
    name: "a renewal leaves no gap for what was begun before it",
    log: [given(morning, { window }), given(later, { window: { until: "2026-04-01T00:00:00Z" } })],
    outcome: "granted",
  },
  {
    name: "a version that starts later leaves the one before it standing until then",
    log: [given(morning), given("2026-03-02T09:00:00Z", { operations: ["mail.*"], window: { from: later } })],
    outcome: "granted",
  },
  {
    name: "an entry at the position is not known yet",
    log: [given(morning)],
    control: 0,
    outcome: "no_grant",
  },
  { name: "an entry before the position is", log: [given(morning)], control: 1, outcome: "granted" },
  {
    name: "a revocation at the position is not known yet",
    log: [given(morning), revoked(morning)],
    control: 1,
    outcome: "granted",
  },
  {
    name: "operation and resource inside",
    log: [given(morning, { resources: ["crm/*"] })],
    asked: { resources: [crm] },
    outcome: "granted",
  },
  {
    name: "one of two resources outside",
    log: [given(morning, { resources: ["crm/*"] })],
    asked: { resources: [crm, lists] },
    outcome: "outside_scope",
  },
  {
    name: "two resources under two patterns of one grant",
    log: [given(morning, { resources: ["crm/*", "lists/*"] })],
    asked: { resources: [crm, lists] },
    outcome: "granted",
  },
  {
    name: "an action without a resource matches only the star",
    log: [given(morning, { resources: ["crm/*"] })],
    outcome: "outside_scope",
  },
];

test.each(cases)("$name", ({ log, asked, control, outcome }) => {
  expect(authorise(bookOf(log), control ?? log.length, factsWith(asked)).outcome).toBe(outcome);
});

describe("of several grants", () => {
  const outside: Partial<Grant> = { id: "scope", operations: ["mail.*"] };
  const over: Partial<Grant> = { id: "window", window: { from: morning, until: "2026-03-02T09:00:00Z" } };
  const gone: Partial<Grant> = { id: "gone" };
  const good: Partial<Grant> = { id: "good" };
  test.each([
    { name: "the one that covers", grants: [outside, over, gone, good], grantId: "good", outcome: "granted" },
    {
      name: "else the one that was taken back",
      grants: [outside, over, gone],
      grantId: "gone",
      outcome: "revoked",
    },
    {
      name: "else the one whose window is over",
      grants: [outside, over],
      grantId: "window",
      outcome: "outside_window",
    },
    { name: "else the one of another scope", grants: [outside], grantId: "scope", outcome: "outside_scope" },
  ])("$name explains, in whatever order they were given", ({ grants, grantId, outcome }) => {
    const orders = [grants, grants.toReversed()];
    for (const order of orders) {
      const log = [...order.map((parts) => given(morning, parts)), revoked("2026-03-02T09:00:00Z", "gone")];
      expect(authorise(bookOf(log), log.length, factsWith())).toMatchObject({ outcome, grantId });
    }
  });

  test("the verdict names who approved it and under which policy", () => {
    expect(authorise(bookOf([given(morning)]), 1, factsWith())).toEqual({
      outcome: "granted",
      grantId: "grant-1",
      approver: "user:ana@acme.example",
      approvalId: "",
      policyId: "support-agents",
      policyVersion: "14",
    });
  });
});

/** A control log of a few grants, given, replaced and revoked at different hours. */
const hours = fc.integer({ min: 0, max: 20 });
const isoAt = (hour: number): string => new Date(builtAtUs / 1000 + hour * 3_600_000).toISOString();
const entries = fc
  .tuple(hours, fc.constantFrom("g1", "g2"), fc.constantFrom("give", "narrow", "dated", "revoke"))
  .map(([hour, id, what]) => {
    if (what === "revoke") return revoked(isoAt(hour), id);
    const operations = what === "narrow" ? ["mail.*"] : ["*"];
    return given(isoAt(hour), {
      id,
      operations,
      ...(what === "dated" ? { window: { from: isoAt(hour + 2), until: isoAt(hour + 6) } } : {}),
    });
  });
const logs = fc.array(entries, { maxLength: 8 });

describe("whatever was decided", () => {
  test("a replay at an older position judges as was judged then", () => {
    fc.assert(
      fc.property(logs, fc.nat({ max: 8 }), hours, (log, control, hour) => {
        const asked = factsWith({ startedAtUs: atUs(isoAt(hour)) });
        const then = authorise(bookOf(log.slice(0, control)), control, asked);
        expect(authorise(bookOf(log), control, asked)).toEqual(then);
      }),
    );
  });

  test("the order in which actions are judged makes no difference", () => {
    fc.assert(
      fc.property(logs, fc.array(hours, { minLength: 2, maxLength: 6 }), (log, asked) => {
        const book = bookOf(log);
        const judge = (hour: number): unknown =>
          authorise(book, log.length, factsWith({ startedAtUs: atUs(isoAt(hour)) }));
        const forwards = asked.map(judge);
        expect(asked.toReversed().map(judge).toReversed()).toEqual(forwards);
      }),
    );
  });
});
