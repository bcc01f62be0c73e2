/** The judge that remembers agrees with the plain one, whatever grants come, go and name. */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { factsOf } from "../../policy/facts.ts";
import { authorise } from "../../policy/judge.ts";
import { AuthorityOf } from "../../detector/authorise/authority-of.ts";
import { PolicyBook } from "../../policy/book.ts";
import { ActionView } from "../../detector/detect/action-view.ts";
import { Usage } from "../../policy/usage.ts";
import { beginUse, endUse } from "../../policy/use.ts";
import { AuthorityOutcome, type Conditions, type ControlRecord } from "../../schemas/index.ts";
import { columnsOf } from "../support/actions.ts";
import { builtAtUs, grantWith, judgedWith } from "../support/build.ts";
import { answered, asked, closed, opened } from "../support/policy.ts";

const dayUs = 86_400_000_000;
const dayOf = (day: number): string => new Date((builtAtUs + day * dayUs) / 1000).toISOString();

const given = fc.record({
  id: fc.constantFrom("a", "b", "c"),
  grantee: fc.constantFrom("agent:*", "agent:x", "agent:y"),
  operations: fc.subarray(["tickets.*", "mail.send", "*"], { minLength: 1 }),
  resources: fc.subarray(["crm/*", "crm/1", "*"], { minLength: 1 }),
  from: fc.option(fc.integer({ min: -2, max: 9 }), { nil: undefined }),
  days: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  conditions: fc.constantFrom<Conditions>(
    {},
    {},
    { hours: { days: ["mon", "wed", "fri"], from: "08:00", until: "20:00", zone: "Europe/Berlin" } },
    { task: { id: "CHG-*" } },
    { networks: ["10.0.0.0/8"] },
    { environments: ["staging"] },
    { sessions: ["s1"] },
    { credential: { ageMax: "1d" } },
    { credential: { types: ["oidc"] } },
    { delegation: { depthMax: 1 } },
    { delegation: { depthMax: 4, roots: ["user:*"] } },
    { rate: { max: 1, per: "2d" } },
    { retries: { max: 0, per: "20d" } },
    { retries: { max: 1, per: "20d" } },
    { workflow: { steps: ["tickets.open", "*"] } },
    { volume: { bytesMax: 5, per: "2d" } },
    { volume: { bytesMax: 10, per: "20d" } },
  ),
  ask: fc.constantFrom(false, false, true),
  revokedOn: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
});
const act = fc.record({
  identityId: fc.constantFrom("agent:x", "agent:x", "agent:y", "ci:z"),
  operation: fc.constantFrom("tickets.open", "tickets.close", "mail.send", "iam.attach"),
  resources: fc.array(fc.constantFrom("crm/1", "crm/1", "crm/2", "mail/9"), { maxLength: 2 }),
  day: fc.integer({ min: -1, max: 10 }),
  taskId: fc.constantFrom("", "CHG-1"),
  sessionId: fc.constantFrom("s1", "s2"),
  network: fc.constantFrom("", "10.1.2.3"),
  path: fc.constantFrom(["x"], ["user:ana", "x"], ["user:ana", "agent:plan", "x"]),
  status: fc.constantFrom<"ok" | "error">("ok", "error"),
  claimedApprovalId: fc.constantFrom("", "approval-1"),
  attributes: fc.constantFrom<Record<string, string>>(
    {},
    { "deployment.environment.name": "staging", "nhi.result.bytes": "7" },
    { "nhi.credential.type": "oidc", "nhi.credential.issued_at": String(builtAtUs / 1e6) },
    { "nhi.action.digest": "d".repeat(64) },
  ),
});

/** A task that is open for some days, and an approval. */
const decided: readonly ControlRecord[] = [
  opened("CHG-1", dayOf(1)),
  closed("CHG-1", dayOf(6)),
  asked("d".repeat(64), dayOf(9)),
  answered("approved", dayOf(2)),
];

function bookOf(grants: readonly (typeof given extends fc.Arbitrary<infer T> ? T : never)[]): PolicyBook {
  const book = new PolicyBook();
  const common = { tenant: "default", author: "user:ana@acme.example" };
  let position = 0;
  for (const record of decided) book.enter(position++, record);
  for (const { from, days, revokedOn, ...scope } of grants) {
    const window = {
      ...(from === undefined ? {} : { from: dayOf(from) }),
      ...(days === undefined ? {} : { until: dayOf((from ?? 0) + days) }),
    };
    book.enter(position++, {
      kind: "grant_given",
      ...common,
      atUs: builtAtUs + position,
      grant: grantWith({ ...scope, window }),
    });
    if (revokedOn === undefined) continue;
    const atUs = builtAtUs + revokedOn * dayUs;
    book.enter(position++, { kind: "grant_revoked", ...common, atUs, grantId: scope.id });
  }
  return book;
}

test("the judge of a chunk says what the plain judgement says", () => {
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(
      fc.array(given, { maxLength: 6 }),
      fc.array(act, { minLength: 1, maxLength: 30 }),
      fc.nat({ max: 16 }),
      (grants, acts, control) => {
        const book = bookOf(grants);
        const judged = acts.map(({ resources, day, ...parts }, at) =>
          judgedWith(at, {
            ...parts,
            resources: resources.map((id) => ({ id, kind: "object", origin: "" })),
            startedAtUs: builtAtUs + day * dayUs,
          }),
        );
        const { columns, places } = columnsOf(judged);
        const view = new ActionView(columns, places);
        const judge = new AuthorityOf(book, control);
        const usages = new Map<string, readonly [Usage, Usage]>();
        for (const [row, { action }] of judged.entries()) {
          view.row = row;
          const pair = usages.get(action.identityId) ?? ([new Usage(), new Usage()] as const);
          usages.set(action.identityId, pair);
          const [remembered, plain] = pair;
          const authority = judge.judge(columns, view, remembered);
          judge.count(view, authority, remembered, action.startedAtUs);
          const facts = factsOf(action);
          expect(authority).toEqual(authorise(book, control, facts, plain));
          const usedAtUs = action.startedAtUs;
          const used = { book: book.of("default"), control, facts, authority, usage: plain, usedAtUs };
          beginUse(used);
          endUse(used, { isOk: action.status === "ok", atUs: action.endedAtUs });
          outcomes.add(authority.outcome);
        }
      },
    ),
    { numRuns: 1500 },
  );
  // Those that count need luck here; guarded.test.ts has them.
  const counted = new Set<string>(["out_of_order", "over_retries", "over_rate", "over_volume"]);
  const rest = AuthorityOutcome.options.filter((one) => !counted.has(one));
  expect([...outcomes]).toEqual(expect.arrayContaining(rest));
});
