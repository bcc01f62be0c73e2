/**
 * Goal: a value is found whatever it is written in, and what is nowhere is `none`.
 * Method: generated texts of several scripts with a value planted in one of the encodings; and a table of pairs that
 * are the same, and of pairs that are not, for what generation would hide.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { LineageBook, type SessionLineage } from "../../../instrumentation/lineage/index.ts";

function newSession(): SessionLineage {
  return new LineageBook().session("run");
}

const encodings: Readonly<Record<string, (value: string) => string>> = {
  "as it is": (value) => value,
  "in upper case": (value) => value.toUpperCase(),
  "with other white space": (value) => value.replaceAll(" ", " \n\t "),
  "URL-encoded": (value) => encodeURIComponent(value),
  "URL-encoded twice": (value) => encodeURIComponent(encodeURIComponent(value)),
  "as HTML entities": (value) => Array.from(value, (char) => `&#${char.codePointAt(0) ?? 0};`).join(""),
  "as JSON": (value) => JSON.stringify({ value }),
  "as JSON within JSON": (value) => JSON.stringify({ body: JSON.stringify({ value }) }),
  "as JSON escapes": (value) =>
    Array.from(value, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
  "as base64": (value) => Buffer.from(`value: ${value}`).toString("base64"),
  "as base64url": (value) => Buffer.from(`value: ${value}`).toString("base64url"),
  "in full width": (value) =>
    value.replaceAll(/[!-~]/gu, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)),
  "with invisible characters": (value) => Array.from(value).join("\u200b"),
};

const word = fc.stringMatching(/^[a-z]{4,9}\d{0,3}$/u);
const value = fc.oneof(
  fc.tuple(word, word, word).map(([a, b, c]) => `${a}.${b}@${c}.example`),
  fc.tuple(word, word, word).map(([a, b, c]) => `https://www.${a}.example/${b}/${c}?id=7`),
  fc.tuple(word, word, word).map((words) => words.join(" ")),
  fc.tuple(word, word).map(([a, b]) => `/home/${a}/${b}.txt`),
  fc.stringMatching(/^[A-Z]{2}\d{18}$/u),
);
const filler = fc.array(
  fc.constantFrom("the", "größe", "и", "メモ", "备注", "meeting", "at", "10:30", "ok?"),
  {
    maxLength: 20,
  },
);
const encoding = fc.constantFrom(...Object.keys(encodings));

test("a planted value is found in any encoding, in a text or within an object", () => {
  fc.assert(
    fc.property(value, filler, filler, encoding, fc.boolean(), (planted, before, after, how, nested) => {
      const session = newSession();
      const encoded = encodings[how]?.(planted) ?? "";
      const text = [...before, encoded, ...after].join(" ");
      session.output("other", before.join(" "));
      session.output("search", nested ? { items: [{ text }], more: new Map([["n", 1]]) } : text);
      expect(session.originOf(planted)).toBe("tool:search");
    }),
  );
});

test("an encoded value is found where the text is plain", () => {
  const plainWays = ["URL-encoded", "as HTML entities", "as JSON escapes", "in full width", "in upper case"];
  fc.assert(
    fc.property(value, filler, fc.constantFrom(...plainWays), (planted, around, how) => {
      const session = newSession();
      session.prompt([...around, planted, ...around].join(" "));
      expect(session.originOf(encodings[how]?.(planted))).toBe("prompt");
      expect(session.originOf(Buffer.from(planted).toString("base64"))).toBe("prompt");
    }),
  );
});

test("a value that is nowhere is none", () => {
  fc.assert(
    fc.property(value, fc.array(value, { maxLength: 8 }), filler, (absent, present, around) => {
      const session = newSession();
      for (const text of present) session.output("search", [...around, text, ...around].join(" "));
      fc.pre(!present.some((text) => text.toLowerCase().includes(absent.toLowerCase())));
      expect(session.originOf(absent)).toBe("none");
    }),
  );
});

test("a number is found however it is written", () => {
  const locales = ["en-US", "de-DE", "fr-FR", "de-CH", "es-ES", "pt-BR", "ru-RU", "ja-JP"];
  const cents = fc.integer({ min: 1_000, max: 99_999_999_999 });
  fc.assert(
    fc.property(
      cents,
      fc.constantFrom(...locales),
      fc.integer({ min: 0, max: 2 }),
      (amount, locale, digits) => {
        const number = Math.trunc((amount / 100) * 10 ** digits) / 10 ** digits;
        const written = new Intl.NumberFormat(locale, {
          minimumFractionDigits: digits,
          useGrouping: "always" as never,
        });
        const session = new LineageBook().session("run");
        session.output("read", `Total (net): ${written.format(number)} EUR, due on the 31st.`);
        expect(session.originOf(number)).toBe("tool:read");
        expect(session.originOf(number.toFixed(digits))).toBe("tool:read");
        expect(session.originOf(number + 1)).toBe("none");
      },
    ),
  );
});

/** What stands in the text, what is asked for. */
const same: readonly (readonly [string, unknown])[] = [
  ["see http://www.shop.example/list/ for more", "shop.example/list"],
  ["see shop.example/list for more", "https://www.shop.example/list/"],
  ["amount: 1,234.50 EUR", 1234.5],
  ["Betrag: 1.234,50 EUR", "1234.50"],
  ["total 1 234 567", 1_234_567],
  ["price 12.00", 12],
  ["pay 99", 99],
  ["-12,345.5", -12_345.5],
  ["id 9007199254740993", 9_007_199_254_740_993n],
  ["Mail Ada.Lovelace@Example.org!", "ada.lovelace@example.org"],
  ["to a@b.example and c@d.example", "a@b.example, c@d.example"],
  ["/srv/data/report_2026.pdf", "report_2026.pdf"],
  ["at 2026-01-05T10:00:00Z", "2026-01-05"],
  ["联系人是王小明先生", "王小明"],
  ["会議は東京駅で行います", "東京駅"],
  ["담당자는 김철수입니다", "김철수"],
  ["<p>Fish &amp; Chips</p>", "fish & chips"],
  ["?q=fish+and+chips&n=1", "fish and chips"],
  ["ﬁle name", "file name"],
];

test.each(same)("%j holds %p", (text, asked) => {
  const session = newSession();
  session.output("read", text);
  expect(session.originOf(asked)).toBe("tool:read");
});

const different: readonly (readonly [string, unknown])[] = [
  ["the year 2024", "24"],
  ["events", "Eve"],
  ["resume-templates.example", "resume_templates.example"],
  ["emma johnson", "emma_johnson"],
  ["general", "#general"],
  ["a b c", "a c"],
  ["the meeting was moved to Monday", "they postponed the meeting until Monday"],
  ["1,234.50", 1234.6],
  ["7 of 9", "7"],
  ["true false null", true],
  ["true false null", null],
  ["anything []", "[]"],
  ["anything", ""],
  ["", "anything"],
];

test.each(different)("%j does not hold %p", (text, asked) => {
  const session = newSession();
  session.output("read", text);
  expect(session.originOf(asked)).toBe("none");
});

test("prompts come before system texts, those before outputs, and the first output before later ones", () => {
  const session = newSession();
  session.output("second", "nothing here");
  session.output("first", "code XK-41 and XK-42");
  session.output("second", "code XK-41 and XK-42 again");
  expect(session.originOf("XK-42")).toBe("tool:first");
  session.system("XK-42 is yours, XK-41 too");
  expect(session.originOf("XK-42")).toBe("system");
  session.prompt("use XK-42");
  expect(session.originOf("XK-42")).toBe("prompt");
  expect(session.originOf("XK-41")).toBe("system");
});

test("a list or an object has the origin of its weakest part", () => {
  const session = newSession();
  session.prompt("ada@x.example");
  session.output("read", "bob@x.example");
  const { args } = session.assess("send", {
    one: ["ada@x.example"],
    two: ["ada@x.example", "bob@x.example"],
    three: { to: ["ada@x.example", { deep: "eve@x.example" }], cc: "bob@x.example" },
    none: [],
  });
  expect(args.map(({ origin }) => origin)).toEqual(["prompt", "tool:read", "none", "none"]);
  expect(session.assess("send", '{"to":"ada@x.example"}').args).toEqual([
    { name: "to", origin: "prompt", instructed: false },
  ]);
});

test("a value is not put together of two texts", () => {
  const session = newSession();
  session.output("read", "ends with alpha");
  session.output("read", "beta begins");
  expect(session.originOf("alpha beta")).toBe("none");
  expect(session.assess("send", { body: "with alpha beta begins" }).copiedShare).toBe(0);
  expect(session.assess("send", { body: "ends with alpha beta" }).copiedShare).toBe(0.5);
});
