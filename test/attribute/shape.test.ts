import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { pathShape, urlHost, urlShape } from "../../schemas/url-shape.ts";
import { compileTemplates } from "../../detector/attribute/template.ts";
import { Words } from "../../detector/attribute/words.ts";
import { absent, namesOf, SpanRow } from "../../detector/decode/index.ts";

describe("the shape of a URL", () => {
  test.each([
    [
      "keeps scheme, host, port and path",
      "https://api.acme.example:8443/v1/users",
      "https://api.acme.example:8443/v1/users",
    ],
    ["drops the query", "https://a.example/x?token=hunter2", "https://a.example/x"],
    ["drops the fragment", "https://a.example/x#hunter2", "https://a.example/x"],
    ["drops a query right behind the host", "https://a.example?token=hunter2", "https://a.example"],
    ["drops user and password", "https://ana:hunter2@a.example/x", "https://a.example/x"],
    ["drops a password with an at sign", "https://ana:hunter@2@a.example/x", "https://a.example/x"],
    ["drops a password with a slash", "https://ana:hunter/2@a.example/x", "https://*"],
    ["drops a password with a question mark", "https://ana:hunter?2@a.example/x", "https://*"],
    ["drops a user without a scheme", "ana:hunter2@a.example/x", "*/x"],
    [
      "writes scheme and host small, as they are compared",
      "HTTPS://API.Acme.Example/V1",
      "https://api.acme.example/V1",
    ],
    ["replaces a number", "https://a.example/users/4711/orders", "https://a.example/users/*/orders"],
    ["replaces a UUID", "https://a.example/u/0b6f4c1e-8f0a-4f52-9a3a-1f0e8f1d2c3b", "https://a.example/u/*"],
    [
      "replaces a long hex run",
      "https://a.example/c/9272bf1e0c1c441600264324f481b97fb54db60b",
      "https://a.example/c/*",
    ],
    ["replaces a token", "https://a.example/t/eyJhbGciOiJIUzI1NiJ9_abcdefgh", "https://a.example/t/*"],
    ["replaces an address", "https://a.example/mail/ana@acme.example", "https://a.example/mail/*"],
    ["replaces an encoded address", "https://a.example/mail/ana%40acme.example", "https://a.example/mail/*"],
    ["drops the parameters of a path", "https://a.example/x;jsessionid=hunter2/y", "https://a.example/x/y"],
    [
      "keeps a version and a word",
      "https://a.example/v2/data-warehouse",
      "https://a.example/v2/data-warehouse",
    ],
    ["keeps an address of numbers", "http://[2001:db8::1]:8200/v1", "http://[2001:db8::1]:8200/v1"],
    ["keeps a file", "file:///etc/hosts", "file:///etc/hosts"],
    ["is not led astray by a line break", "https://ana:hunter2@a.example/x\ny?z", "https://a.example/x\ny"],
  ])("%s", (_, url, shape) => {
    expect(urlShape(url)).toBe(shape);
  });

  test("never holds the user, the password, the query or the fragment, whatever they are", () => {
    const secret = fc
      .string({
        unit: fc.constantFrom("Q", "Z", "@", "/", "?", "#", ":", ";", "&", "=", "%", "\n", " "),
        minLength: 1,
        maxLength: 6,
      })
      .map((text) => `Q7${text}Q7`);
    fc.assert(
      fc.property(secret, secret, secret, (user, query, fragment) => {
        const url = `https://Q7u:${user}@a.example/x?${query}#${fragment}`;
        for (const shape of [urlShape(url), urlHost(url), pathShape(`/x?${query}#${fragment}`)])
          expect(shape).not.toContain("Q7");
      }),
      { numRuns: 2000 },
    );
  });
});

const filled = (templates: readonly string[], values: Readonly<Record<string, string>>): string | undefined =>
  filledBy(new Words(), templates, values);

function filledBy(
  words: Words,
  templates: readonly string[],
  values: Readonly<Record<string, string>>,
): string | undefined {
  const names = namesOf(["a", "b"]);
  const template = compileTemplates(templates, names, words);
  const row = new SpanRow(words.newDictionary(), names);
  for (const [name, value] of Object.entries(values))
    row.codes[names.placeOf(name)] = row.dictionary.add(value);
  const code = template(row);
  return code === absent ? undefined : row.dictionary.text(code);
}

describe("a template", () => {
  test.each([
    {
      name: "takes the first in which every placeholder has a value",
      templates: ["{a}/{b}", "{a}"],
      values: { a: "1" },
      text: "1",
    },
    {
      name: "takes the first of several names that is there",
      templates: ["{a|b}"],
      values: { b: "2" },
      text: "2",
    },
    { name: "counts an empty value as absent", templates: ["{a}", "none"], values: { a: "" }, text: "none" },
    { name: "is nothing when nothing is there", templates: ["{a}"], values: {}, text: undefined },
    { name: "lower", templates: ["{a:lower}"], values: { a: "SELECT" }, text: "select" },
    { name: "rest", templates: ["{a:rest}"], values: { a: "execute_tool get weather" }, text: "get weather" },
    { name: "rest of one word is the word", templates: ["{a:rest}"], values: { a: "work" }, text: "work" },
    { name: "first", templates: ["{a:first}"], values: { a: "chat gpt" }, text: "chat" },
    { name: "host", templates: ["{a:host}"], values: { a: "https://u:p@a.example/x" }, text: "a.example" },
    { name: "service", templates: ["{a:service}"], values: { a: "acme.Users/Get" }, text: "acme.Users" },
    {
      name: "service of a method alone is the method",
      templates: ["{a:service}"],
      values: { a: "Get" },
      text: "Get",
    },
    { name: "dots", templates: ["{a:dots}"], values: { a: "S3/Put" }, text: "S3.Put" },
  ])("$name", ({ templates, values, text }) => {
    expect(filled(templates, values)).toBe(text);
  });
});
