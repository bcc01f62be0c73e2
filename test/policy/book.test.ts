/** Grants by the log: found as by looking at every one, never a moment without one, and many as quickly as few. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { grantsOf } from "../../policy/grants.ts";
import { authorise } from "../../policy/judge.ts";
import { formOf } from "../../policy/names.ts";
import { bookOf, factsWith, given, usOf } from "../support/policy.ts";

const startUs = usOf("2026-03-02T08:00:00Z");
const isoAt = (hour: number): string => new Date(startUs / 1000 + hour * 3_600_000).toISOString();
const all = Number.MAX_SAFE_INTEGER;

describe("versions of a grant", () => {
  const versions = fc.array(
    fc.record({ hour: fc.nat({ max: 20 }), from: fc.option(fc.nat({ max: 30 }), { nil: undefined }) }),
    { minLength: 1, maxLength: 6 },
  );

  test("leave no moment without one once the first counts", () => {
    fc.assert(
      fc.property(versions, fc.nat({ max: 40 }), (some, hour) => {
        const log = some.map((one, nth) =>
          given(
            {
              policy: { id: "p", version: String(nth) },
              window: one.from === undefined ? {} : { from: isoAt(one.from) },
            },
            isoAt(one.hour),
          ),
        );
        const book = bookOf(log);
        const starts = some.map((one) => one.from ?? one.hour);
        for (let control = 1; control <= log.length; control += 1) {
          const from = Math.min(...starts.slice(0, control));
          const { outcome } = authorise(book, control, factsWith({ startedAtUs: usOf(isoAt(hour)) }));
          expect(outcome).toBe(hour >= from ? "granted" : "outside_window");
        }
      }),
    );
  });

  test("that race are ordered by the log alone", () => {
    const version = (id: string): ReturnType<typeof given> => given({ policy: { id: "p", version: id } });
    const said = [
      [version("a"), version("b")],
      [version("b"), version("a")],
    ].map((log) => authorise(bookOf(log), all, factsWith()).policyVersion);
    expect(said).toEqual(["b", "a"]);
  });
});

test("the grants of an identity are those found by looking at every one", () => {
  const grantee = fc.constantFrom(
    "agent:triage",
    "agent:*",
    "agent:t*",
    "*",
    "*:triage",
    "agent:other",
    "ci:*",
  );
  const gives = fc.array(
    fc.record({ id: fc.constantFrom("a", "b", "c", "d"), grantee, hour: fc.nat({ max: 9 }) }),
    {
      maxLength: 10,
    },
  );
  const identities = fc.constantFrom("agent:triage", "agent:other", "agent:a/../b", "ci:x", "x");
  fc.assert(
    fc.property(
      gives,
      identities,
      fc.nat({ max: 10 }),
      fc.nat({ max: 9 }),
      (some, identityId, control, hour) => {
        const book = bookOf(
          some.map((one) => given({ id: one.id, grantee: one.grantee }, isoAt(one.hour))),
        ).of("default");
        const question = { identityId, startedAtUs: usOf(isoAt(hour)) };
        const plain = [...new Set(some.map(({ id }) => id))].flatMap((id) => {
          const known = some
            .map((one, nth) => ({ ...one, nth }))
            .filter((one) => one.id === id && one.nth < control);
          const version = known.findLast((one) => one.hour <= hour) ?? known.at(-1);
          const versions = [...book.grants.values()].flatMap((one) => one.versions);
          const found = versions.find((one) => one.position === version?.nth);
          return found?.grantee.takes(identityId, formOf(identityId)) === true ? [found] : [];
        });
        expect(grantsOf(book.grants, question, control)).toEqual(plain);
      },
    ),
    { numRuns: 500 },
  );
});

test("ten thousand grants are read in a time that grows as their number does, and one of them is found at once", () => {
  const log = (count: number): ReturnType<typeof given>[] =>
    Array.from({ length: count }, (_, nth) =>
      given({ id: `grant-${nth}`, operations: [`tool${nth}.*`], resources: [`crm/${nth}/*`] }),
    );
  const timed = (count: number): number => {
    const records = log(count);
    const before = performance.now();
    const book = bookOf(records);
    for (let nth = 0; nth < 1000; nth += 1) {
      const at = nth % 100;
      const facts = factsWith({ operation: `tool${at}.run`, resources: [{ id: `crm/${at}/x` }] });
      expect(authorise(book, all, facts).grantId).toBe(`grant-${at}`);
    }
    return performance.now() - before;
  };
  timed(1000);
  // With every grant looked at for each decision this takes ten seconds and more.
  expect(timed(10_000)).toBeLessThan(5000);
});
