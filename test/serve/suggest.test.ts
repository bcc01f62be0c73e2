/**
 * Goal: what is suggested covers all that was observed, and nothing of anybody else.
 * Method: made-up histories of several identities; the judge is asked about each action under the suggested grants alone.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { resourcePatterns } from "../../detector/serve/resource-patterns.ts";
import { suggestGrants, unsuggestable } from "../../detector/serve/suggest.ts";
import type { Observed } from "../../detector/store/policy-read.ts";
import { PolicyBook } from "../../policy/book.ts";
import { factsOf } from "../../policy/facts.ts";
import { authorise } from "../../policy/judge.ts";
import { compilePattern } from "../../policy/pattern.ts";
import { Grant } from "../../schemas/index.ts";
import { actionWith, builtAtUs } from "../support/build.ts";

interface Done {
  readonly operation: string;
  readonly resources: readonly string[];
  readonly environment: string;
  readonly network: string;
}

const word = fc.constantFrom("a", "b", "crm", "db", "prod", "Ünï", "x y", "'", "://");
const id = fc.array(word, { minLength: 1, maxLength: 6 }).chain((words) =>
  fc.array(fc.constantFrom("/", ":", "-", ""), { minLength: 6, maxLength: 6 }).map((signs) =>
    words
      .map((one, at) => one + (signs[at] ?? ""))
      .join("")
      .slice(0, 600),
  ),
);
const long = fc.constantFrom("y".repeat(512), "y".repeat(513), `${"z/".repeat(400)}end`);
const anyDone: fc.Arbitrary<Done> = fc.record({
  operation: fc.constantFrom("read", "write", "mail.send", "a b", "read2"),
  resources: fc.array(fc.oneof({ weight: 9, arbitrary: id }, long), { maxLength: 3 }),
  environment: fc.constantFrom("production", "staging", ""),
  network: fc.constantFrom("10.0.0.1", "2001:db8::1", "", "not-an-address"),
});

function observedOf(done: readonly Done[]): Observed {
  const uses = done.flatMap(({ operation, resources }) =>
    (resources.length === 0 ? [""] : resources).map((resource) => ({ operation, resource, actions: 1 })),
  );
  return {
    actions: done.length,
    uses,
    environments: [...new Set(done.map((one) => one.environment))],
    networks: [...new Set(done.map((one) => one.network))],
  };
}

function actionOf(identityId: string, { operation, resources, environment, network }: Done) {
  return actionWith({
    identityId,
    operation,
    network,
    resources: resources.map((one) => ({ id: one, kind: "thing", origin: "" })),
    attributes: environment === "" ? {} : { "deployment.environment.name": environment },
  });
}

/** A judge who knows the suggested grants alone, as a person approved them. */
function judgeOf(identityId: string, done: readonly Done[]): (who: string, one: Done) => string {
  const book = new PolicyBook();
  const { grants } = suggestGrants(identityId, observedOf(done), builtAtUs);
  for (const [position, draft] of grants.entries()) {
    const grant = Grant.parse({ ...draft, approver: "user:ana" });
    book.enter(position, { kind: "grant_given", tenant: "default", author: "user:ana", atUs: 0, grant });
  }
  return (who, one) => authorise(book, grants.length, factsOf(actionOf(who, one))).outcome;
}

test("all that was observed is granted, and nothing to anybody else", () => {
  fc.assert(
    fc.property(fc.array(anyDone, { minLength: 1, maxLength: 150 }), (done) => {
      const judged = judgeOf("agent:one", done);
      for (const one of done) {
        expect(judged("agent:one", one)).toBe("granted");
        expect(judged("agent:one2", one)).toBe("no_grant");
      }
    }),
    { numRuns: 300 },
  );
});

test("no operation gets the resources of another, and none that was not seen", () => {
  const done = (operation: string, ...resources: string[]): Done => ({
    operation,
    resources,
    environment: "production",
    network: "",
  });
  const judged = judgeOf("agent:one", [done("read", "crm/1"), done("write", "db/1"), done("write", "db/2")]);
  expect(judged("agent:one", done("read", "db/1"))).toBe("outside_scope");
  expect(judged("agent:one", done("write", "db/3"))).toBe("outside_scope");
  expect(judged("agent:one", done("delete", "crm/1"))).toBe("outside_scope");
});

const named = (count: number, name: (nth: number) => string): string[] =>
  Array.from({ length: count }, (_, nth) => name(nth));

test.each([
  { name: "two of a folder", ids: ["crm/1", "crm/2"], is: ["crm/1", "crm/2"] },
  { name: "three of a folder", ids: ["crm/1", "crm/2", "crm/3", "x"], is: ["crm/*", "x"] },
  { name: "the folder itself", ids: ["crm/", "crm/1", "crm/2", "crm/3"], is: ["crm/*"] },
  { name: "hosts", ids: ["http://a", "http://b", "http://c"], is: ["http://a", "http://b", "http://c"] },
  { name: "paths of a host", ids: ["http://a/1", "http://a/2", "http://a/3"], is: ["http://a/*"] },
  {
    name: "few with another sign",
    ids: named(64, (nth) => `t:${nth}`),
    is: named(64, (nth) => `t:${nth}`).toSorted(),
  },
  { name: "many with another sign", ids: named(65, (nth) => `t:${nth}`), is: ["t:*"] },
  { name: "many in a tree", ids: named(300, (nth) => `s3/${Math.floor(nth / 3)}/${nth}`), is: ["s3/*"] },
  { name: "many without anything in common", ids: named(65, (nth) => `${nth}`), is: ["*"] },
])("resources: $name", ({ ids, is }) => {
  expect(resourcePatterns(ids)).toEqual(is);
  for (const one of ids) expect(is.some((pattern) => compilePattern(pattern)(one))).toBe(true);
});

test("who can't be named by a pattern alone gets no suggestion, and what can't is left out and said", () => {
  expect(unsuggestable("agent:*")).toContain("holds a *");
  expect(unsuggestable("agent:one")).toBeUndefined();
  const uses = ["*", "read*", "read"].map((operation) => ({ operation, resource: "crm/1", actions: 1 }));
  const { grants, notes } = suggestGrants(
    "agent:one",
    { actions: 3, uses, environments: ["production"], networks: ["10.0.0.1"] },
    builtAtUs,
  );
  expect(grants).toMatchObject([
    {
      operations: ["read"],
      resources: ["crm/1"],
      conditions: { environments: ["production"], networks: ["10.0.0.1"] },
    },
  ]);
  expect(notes.filter((note) => note.startsWith("left out"))).toEqual([
    "left out, as no pattern can say it: * on crm/1",
    "left out, as no pattern can say it: read* on crm/1",
  ]);
});

test("a thousand operations on as many resources are few grants", () => {
  const done = named(1000, (nth) => `op${nth}`).map((operation, nth) => ({
    operation,
    resources: [`r${nth}`],
    environment: "",
    network: "",
  }));
  const judged = judgeOf("agent:one", done);
  expect(suggestGrants("agent:one", observedOf(done), builtAtUs).grants.length).toBeLessThanOrEqual(67);
  for (const one of done) expect(judged("agent:one", one)).toBe("granted");
});
