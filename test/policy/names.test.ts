/** Names that try tricks pass no pattern that reaches over what they are not; plain names of every kind do. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { NameIndex } from "../../policy/name-index.ts";
import { formOf, namePattern } from "../../policy/names.ts";

const takes = (pattern: string, name: string): boolean => namePattern(pattern).takes(name, formOf(name));

const tricks: Readonly<Record<string, string>> = {
  "a segment that leads up": "crm/../vault/x",
  "one at the end": "crm/..",
  "one at the beginning": "../crm/x",
  "a segment that leads nowhere": "crm/./x",
  "one with a parameter behind it": "crm/..;/vault",
  "escaped dots": "crm/%2e%2e/vault",
  "escaped dots in capitals": "crm/%2E%2e/vault",
  "one escaped dot": "crm/.%2e/vault",
  "dots escaped twice": "crm/%252e%252e/vault",
  "an escaped slash": "crm/..%2fvault",
  "an escaped backslash": "crm/..%5cvault",
  "an escaped NUL": "crm/x%00.txt",
  "an escaped line break": "crm/x%0d%0aset",
  "bytes that no UTF-8 has": "crm/%c0%ae%c0%ae/vault",
  "the escapes of old servers": "crm/%u002e%u002e/vault",
  "a backslash": "crm\\..\\vault",
  "a backslash among slashes": "crm/x\\y",
  NUL: "crm/x\0y",
  "a line break": "crm/x\ny",
  "a turned direction": "crm/\u202Etxt.exe",
  "a zero-width space": "crm/va\u200Bult",
  "a zero-width joiner": "crm/va\u200Dult",
  "a soft hyphen": "crm/va\u00ADult",
  "a filler that can't be seen": "crm/\u3164",
  "a half of a sign": "crm/\uD800",
  "another space": "crm/a\u00A0b",
  "two signs for one": "crm/cafe\u0301",
  "a Cyrillic letter in a Latin word": "crm/v\u0430ult",
  "a Greek letter in a Latin word": "crm/\u03BFrders",
  "a letter of full width": "crm/\uFF41dmin",
  "a mathematical letter": "crm/\u{1D41A}dmin",
  "a slash of full width": "crm/..\uFF0Fvault",
  "a sign that looks like a slash": "crm/..\u2215vault",
  "dots in one sign": "crm/\u2025/vault",
  "a dot at the end": "crm/x.",
  "a space at the end": "crm/x ",
  "a dot at the end of a segment": "crm./x",
  "a doubled slash": "crm//x",
  "a doubled slash in a URL": "https://api.example//x",
};

describe("a trick", () => {
  test.each(Object.entries(tricks))("%s passes no pattern with a part to fill", (_, name) => {
    expect(formOf(name)).not.toBe("plain");
    for (const pattern of ["crm*", "crm/*", "*/vault*", "https:*", "..*", "*x*", "c*"])
      expect(takes(pattern, name)).toBe(false);
  });

  test.each(Object.values(tricks))("%j passes where a person wrote just that, or everything", (name) => {
    expect(takes(name, name)).toBe(true);
    expect(takes("*", name)).toBe(true);
  });

  test("passes nothing wherever it is put in a name", () => {
    const bits = fc.constantFrom(
      "/../",
      "%2e%2e/",
      "%2F",
      "\0",
      "\u200B",
      "\u202E",
      "//",
      "/./",
      "\u0301",
      "\\",
    );
    const plain = fc.stringMatching(/^[a-z]{1,5}$/u);
    fc.assert(
      fc.property(plain, bits, plain, (before, bit, after) => {
        expect(takes("crm/*", `crm/${before}${bit}${after}`)).toBe(bit === "\u0301" && isOne(before));
      }),
      { numRuns: 1000 },
    );
  });
});

/** Whether an accent after it makes no other sign, as there is none with it. */
const isOne = (text: string): boolean => `${text}\u0301`.normalize("NFC") === `${text}\u0301`;

describe("a plain name", () => {
  test.each([
    "tickets.open",
    "crm/customers",
    "crm/*/orders",
    "arn:aws:s3:::bucket/key-1/*",
    "arn:aws:iam::123456789012:role/Deploy",
    "https://api.example.com/users/*?page=*",
    "https://api.example.com:8443/a%20b/c",
    "GET https://api.example.com/users/{id}",
    "file:///etc/hosts",
    "spiffe://acme/ns/prod/sa/triage",
    "k8s:prod/api",
    "/var/lib/app/data.json",
    "./src/index.ts",
    ".github/workflows/ci.yml",
    "main..feature",
    "a...b",
    "mailto:ana@example.com",
    "50% of all",
    "Kunden/Müller & Söhne",
    "клиенты/отчёт-2026",
    "отчёт-Q3.pdf",
    "πελάτες",
    "顧客/一覧",
    "TV番組表",
    "고객",
    "ลูกค้า",
    "जानकारी",
    "العملاء",
    "",
  ])("%j is one", (name) => {
    expect(formOf(name)).toBe("plain");
    expect(takes(`${name.slice(0, 3)}*`, name)).toBe(true);
  });

  test("is whatever is made of segments of one alphabet", () => {
    const segment = fc.oneof(
      fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.@=+~-]{0,8}[A-Za-z0-9_]$/u),
      fc.stringMatching(/^[а-яё]{1,8}$/u),
      fc.stringMatching(/^[α-ω]{1,8}$/u),
      fc.stringMatching(/^[ぁ-ん一-龠a-z]{1,8}$/u),
    );
    const schemes = fc.constantFrom("", "/", "https://", "spiffe://", "arn:aws:s3:::");
    fc.assert(
      fc.property(schemes, fc.array(segment, { minLength: 1, maxLength: 5 }), (scheme, segments) => {
        const name = `${scheme}${segments.join("/")}`.normalize("NFC");
        expect(formOf(name)).toBe("plain");
      }),
      { numRuns: 2000 },
    );
  });
});

test("a path of Windows is taken by patterns that are some, too", () => {
  expect(takes("C:\\data\\*", "C:\\data\\a\\b.txt")).toBe(true);
  expect(takes("C:\\data\\*", "C:\\data\\..\\b.txt")).toBe(false);
  expect(takes("C:*", "C:\\data\\a")).toBe(false);
  expect(takes("\\\\server\\*", "\\\\server\\share")).toBe(true);
});

test("is not made slow by a hostile name", () => {
  const names = ["%25".repeat(40_000), "a/".repeat(60_000), "\u0430a".repeat(30_000), "..".repeat(60_000)];
  const startedAtMs = performance.now();
  for (const name of names) formOf(name);
  expect(performance.now() - startedAtMs).toBeLessThan(2000);
});

test("names are found by an index as they are by trying every pattern", () => {
  const letters = fc.array(fc.constantFrom("a", "b", "/", "*", ".."), { minLength: 1, maxLength: 5 });
  const texts = letters.map((all) => all.join(""));
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 12 }), texts, (patterns, name) => {
      const index = new NameIndex<string>();
      for (const one of patterns) index.add(namePattern(one), one);
      const tried = patterns.filter((one) => takes(one, name));
      expect(index.find(name).toSorted()).toEqual(tried.toSorted());
    }),
    { numRuns: 2000 },
  );
});
