/**
 * Goal: memory is bounded whatever comes, forgetting is counted, and what is left is still right.
 * Method: small limits, and a plain model of the same ring where the words of generated texts are counted by hand.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { LineageBook } from "../../../instrumentation/lineage/index.ts";

test("the sessions used last are held", () => {
  const book = new LineageBook({ sessionsMax: 2 });
  book.session("a").prompt("alpha one");
  book.session("b").prompt("beta two");
  book.session("a");
  book.session("c").prompt("gamma three");
  expect(book.session("a").originOf("alpha")).toBe("prompt");
  expect(book.session("b").originOf("beta")).toBe("none");
  expect(book.counts.sessionsForgotten).toBe(2);
});

test("words over all sessions are bounded", () => {
  const book = new LineageBook({ tokensMax: 4_096, tokensPerSessionMax: 1_024 });
  for (let run = 0; run < 50; run += 1)
    book
      .session(`run-${run}`)
      .output("read", Array.from({ length: 900 }, (_, at) => `w${run}x${at}`).join(" "));
  book.session("run-49");
  expect(book.counts.tokensHeld).toBeLessThanOrEqual(4_096);
  expect(book.counts.sessionsForgotten).toBeGreaterThan(40);
  expect(book.session("run-49").originOf("w49x899")).toBe("tool:read");
});

test("a session forgets its oldest outputs first and keeps its prompt", () => {
  const texts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(texts, (sizes) => {
      const book = new LineageBook({ tokensPerSessionMax: 128 });
      const session = book.session("run");
      session.prompt("the wanted thing");
      const held: { readonly name: string; readonly words: number }[] = [];
      for (const [index, size] of sizes.entries()) {
        session.output(`tool${index}`, Array.from({ length: size }, (_, at) => `t${index}w${at}`).join(" "));
        held.push({ name: `tool${index}`, words: size + 1 });
        while (held.reduce((sum, { words }) => sum + words, 0) > 128) held.shift();
      }
      for (const [index, size] of sizes.entries()) {
        const isHeld = held.some(({ name }) => name === `tool${index}`);
        const value = size > 1 ? `t${index}w${size - 2} t${index}w${size - 1}` : `t${index}w0`;
        expect(session.originOf(value)).toBe(isHeld ? `tool:tool${index}` : "none");
      }
      expect(session.originOf("wanted thing")).toBe("prompt");
      expect(book.counts.textsForgotten).toBe(sizes.length - held.length);
    }),
  );
});

test("texts of a session are bounded too", () => {
  const book = new LineageBook({ textsPerSessionMax: 10 });
  const session = book.session("run");
  for (let at = 0; at < 100; at += 1) session.output("read", `entry${at}`);
  expect(session.originOf("entry99")).toBe("tool:read");
  expect(session.originOf("entry89")).toBe("none");
  expect(book.counts.textsForgotten).toBe(90);
});

test("of a long text the start and the end are read", () => {
  const book = new LineageBook({ charsPerTextMax: 1_000 });
  const session = book.session("run");
  session.output("read", `first ${"x ".repeat(100_000)} middle ${"x ".repeat(100_000)} last`);
  expect(["first", "middle", "last"].map((value) => session.originOf(value))).toEqual([
    "tool:read",
    "none",
    "tool:read",
  ]);
  expect(book.counts.textsCut).toBe(1);
});

test("a conversation that is sent again each turn costs once", () => {
  const book = new LineageBook();
  const session = book.session("run");
  for (let turn = 0; turn < 100; turn += 1) session.prompt("Please pay the rent of 900 EUR");
  expect(book.counts).toMatchObject({ textsRepeated: 99, tokensHeld: 256 });
});

test("a text that was forgotten is noted again", () => {
  const session = new LineageBook({ tokensPerSessionMax: 16 }).session("run");
  session.output("one", "alpha beta");
  for (let at = 0; at < 20; at += 1) session.output("many", `filler ${at}`);
  expect(session.originOf("alpha beta")).toBe("none");
  session.output("two", "alpha beta");
  expect(session.originOf("alpha beta")).toBe("tool:two");
});

test("a common word is searched for in its newest places only, and that is counted", () => {
  const book = new LineageBook({ placesMax: 8 });
  const session = book.session("run");
  session.output("early", "needle ".repeat(20));
  session.output("late", `again ${"needle ".repeat(20)}`);
  expect(session.originOf("needle")).toBe("tool:late");
  expect(book.counts.searchesCut).toBe(1);
});

test("arguments past the limit are not told of, and that is counted", () => {
  const book = new LineageBook({ argsMax: 2, charsPerValueMax: 10 });
  const { args } = book.session("run").assess("send", { a: 1, b: "x".repeat(11), c: 3, d: 4 });
  expect(args.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(book.counts).toMatchObject({ walksCut: 1, valuesCut: 1 });
});

test("a session that has ended gives its memory back", () => {
  const book = new LineageBook();
  book.session("run").output("read", "something");
  expect(book.counts.tokensHeld).toBeGreaterThan(0);
  book.forget("run");
  expect(book.counts.tokensHeld).toBe(0);
});

test("of prose that is very long the first runs of words are looked for, and that is counted", () => {
  const book = new LineageBook({ shinglesPerCallMax: 4 });
  const session = book.session("run");
  session.output("read", "one two three four five six seven eight nine");
  const { copiedShare } = session.assess("send", {
    body: "one two three four five six X Y Z",
    more: "a b c d",
  });
  expect(copiedShare).toBe(1);
  expect(book.counts.valuesCut).toBe(2);
});
