/** The judge that remembers agrees with the plain one, whatever grants come, go and name. */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { factsOf } from "../../policy/facts.ts";
import { authorise } from "../../policy/judge.ts";
import { AuthorityOf } from "../../detector/authorise/authority-of.ts";
import { PolicyBook } from "../../policy/book.ts";
import { ActionView } from "../../detector/detect/action-view.ts";
import { columnsOf } from "../support/actions.ts";
import { builtAtUs, grantWith, judgedWith } from "../support/build.ts";

const dayUs = 86_400_000_000;
const dayOf = (day: number): string => new Date((builtAtUs + day * dayUs) / 1000).toISOString();

const given = fc.record({
  id: fc.constantFrom("a", "b", "c"),
  grantee: fc.constantFrom("agent:*", "agent:x", "agent:y"),
  operations: fc.subarray(["tickets.*", "mail.send", "*"], { minLength: 1 }),
  resources: fc.subarray(["crm/*", "crm/1", "*"], { minLength: 1 }),
  from: fc.option(fc.integer({ min: -2, max: 9 }), { nil: undefined }),
  days: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  revokedOn: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
});
const act = fc.record({
  identityId: fc.constantFrom("agent:x", "agent:y", "ci:z"),
  operation: fc.constantFrom("tickets.open", "tickets.close", "mail.send", "iam.attach"),
  resources: fc.array(fc.constantFrom("crm/1", "crm/2", "mail/9"), { maxLength: 2 }),
  day: fc.integer({ min: -1, max: 10 }),
});

function bookOf(grants: readonly (typeof given extends fc.Arbitrary<infer T> ? T : never)[]): PolicyBook {
  const book = new PolicyBook();
  const common = { tenant: "default", author: "user:ana@acme.example" };
  let position = 0;
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
      fc.nat({ max: 12 }),
      (grants, acts, control) => {
        const book = bookOf(grants);
        const judged = acts.map(({ identityId, operation, resources, day }, at) =>
          judgedWith(at, {
            identityId,
            operation,
            resources: resources.map((id) => ({ id, kind: "object", origin: "" })),
            startedAtUs: builtAtUs + day * dayUs,
          }),
        );
        const { columns, places } = columnsOf(judged);
        const view = new ActionView(columns, places);
        const judge = new AuthorityOf(book, control);
        for (const [row, { action }] of judged.entries()) {
          view.row = row;
          const said = judge.judge(columns, view);
          expect(said).toEqual(authorise(book, control, factsOf(action)));
          outcomes.add(said.outcome);
        }
      },
    ),
  );
  expect([...outcomes].toSorted()).toEqual([
    "granted",
    "no_grant",
    "outside_scope",
    "outside_window",
    "revoked",
  ]);
});
