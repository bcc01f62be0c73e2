import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { compilePattern } from "../../policy/pattern.ts";

/** Trivially right, and slow where it is hostile. */
function model(pattern: string): (name: string) => boolean {
  const escaped = pattern
    .split("*")
    .map((piece) => piece.replaceAll(/[^\w]/gsu, (one) => `\\u{${one.codePointAt(0)!.toString(16)}}`));
  const regex = new RegExp(`^${escaped.join(".*")}$`, "su");
  return (name) => regex.test(name);
}

const letters = fc.constantFrom("a", "b", "/", ".", "*", "\n", "é", "😀", "$");
const texts = fc.array(letters, { maxLength: 8 }).map((all) => all.join(""));

describe("a pattern", () => {
  test("matches what a regular expression with every letter escaped would match", () => {
    fc.assert(
      fc.property(texts, texts, (pattern, name) => {
        expect(compilePattern(pattern)(name)).toBe(model(pattern)(name));
      }),
      { numRuns: 5000 },
    );
  });

  test("matches every name made by filling its stars", () => {
    fc.assert(
      fc.property(
        fc.array(texts, { minLength: 1, maxLength: 5 }),
        fc.array(texts, { minLength: 5, maxLength: 5 }),
        (pieces, fillings) => {
          const bare = pieces.map((piece) => piece.replaceAll("*", ""));
          const name = bare
            .map((piece, at) => (at === 0 ? piece : `${fillings[at - 1] ?? ""}${piece}`))
            .join("");
          expect(compilePattern(bare.join("*"))(name)).toBe(true);
        },
      ),
    );
  });

  test.each([
    ["a name with a dot is compared to the letter", "tickets.open", "ticketsXopen", false],
    ["a star in the middle does not let head and tail overlap", "ab*ba", "aba", false],
    ["a star alone matches the empty name", "*", "", true],
    ["an upper case letter is another letter", "crm/*", "CRM/eu", false],
    ["a star reaches over slashes", "crm/*", "crm/eu/list", true],
    ["nothing but the prefix is enough", "crm/*", "crm/", true],
  ])("%s", (_, pattern, name, matches) => {
    expect(compilePattern(pattern)(name)).toBe(matches);
  });

  test("is not made slow by a hostile pattern and name", () => {
    const pattern = `${"a*".repeat(250)}b`;
    const name = "a".repeat(100_000);
    const startedAtMs = performance.now();
    for (let run = 0; run < 20; run += 1) expect(compilePattern(pattern)(name)).toBe(false);
    expect(performance.now() - startedAtMs).toBeLessThan(1000);
  });
});
