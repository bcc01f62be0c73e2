/**
 * Goal: no line is one thing to the guard and another to a server, and a call that passes keeps each of its bytes.
 * Method: tables of ways to say one thing twice; generated JSON, compared with what parsing says.
 */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { insideOf, membersIn, membersOf } from "../../../instrumentation/mcp-proxy/json-text.ts";
import { readClientLine } from "../../../instrumentation/mcp-proxy/message.ts";

const read = (line: string | Buffer) => readClientLine(typeof line === "string" ? Buffer.from(line) : line);
const head = '"jsonrpc":"2.0","id":1';

describe("refused, as another reader might see another call in it", () => {
  test.each([
    ["the method twice", `{${head},"method":"tools/call","params":{"name":"rm"},"method":"ping"}`],
    ["the method twice, once escaped", `{${head},"m\\u0065thod":"tools/call","method":"ping"}`],
    ["the tool twice", `{${head},"method":"tools/call","params":{"name":"safe","name":"rm"}}`],
    ["an argument twice", `{${head},"method":"tools/call","params":{"name":"a","arguments":{"x":1,"x":2}}}`],
    ["the method in capitals", `{${head},"Method":"tools/call","params":{"name":"rm"}}`],
    ["the method with a Kelvin sign's cousin", `{${head},"ｍethod":"tools/call"}`],
    ["the tool's name in capitals", `{${head},"method":"tools/call","params":{"name":"a","Name":"rm"}}`],
    ["a call between carriage returns", `{${head},"method":"ping","params":\r{"method":"tools/call"}\r}`],
    ["a batch", `[{${head},"method":"tools/call","params":{"name":"rm"}}]`],
    ["a byte order mark", `\uFEFF{${head},"method":"tools/call","params":{"name":"rm"}}`],
    ["bytes that are no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d, 0x0a])],
    ["what only lenient readers take", `{${head},"method":"tools/call","params":{"name":"rm","x":NaN}}`],
    ["a comment", `{${head},"method":"ping"} // {"method":"tools/call"}`],
    ["two on one line", `{${head},"method":"ping"}{${head},"method":"tools/call"}`],
    ["a tool's name that is no text", `{${head},"method":"tools/call","params":{"name":["rm"]}}`],
    ["an id that is no name", '{"id":{"a":1},"method":"tools/call","params":{"name":"rm"}}'],
    ["a carriage return after letters of two bytes", `{${head},"é":"éééééé","method":"ping",\r"params":{}}`],
    ["no parameters", `{${head},"method":"resources/read"}`],
    ["meta that is no object", `{${head},"method":"prompts/get","params":{"name":"p","_meta":[]}}`],
    ["no message", "5"],
    ["no JSON", "garbage"],
    ["nothing but depth", "[".repeat(200_000)],
  ])("%s", (_, line) => {
    expect(read(line).what).toBe("refused");
  });
});

test.each([
  ["a call", `{${head},"method":"tools/call","params":{"name":"rm"}}\n`, "action"],
  [
    "a call whose method is escaped",
    `{${head},"method":"tools\\/c\\u0061ll","params":{"name":"rm"}}\n`,
    "action",
  ],
  ["a call that nobody waits for", '{"method":"tools/call","params":{"name":"rm"}}', "action"],
  ["reading", `{${head},"method":"resources/read","params":{"uri":"notes://plan"}}\r\n`, "action"],
  ["giving up", '{"method":"notifications/cancelled","params":{"requestId":3}}', "cancelled"],
  ["listing", `{${head},"method":"tools/list"}`, "other"],
  ["an answer to the server", `{${head},"result":{"roots":[]}}`, "other"],
  ["an empty line", "\r\n", "other"],
  ["many colons in a text", `{${head},"method":"x","params":{"a:b":"c:\\":d"}}`, "other"],
])("%s is read", (_, line, what) => {
  expect(read(line).what).toBe(what);
});

const json = fc.json({ maxDepth: 4 });

test("a text has as many members as its value, unless one is named twice", () => {
  fc.assert(fc.property(json, (text) => membersIn(text) === membersOf(JSON.parse(text))));
  expect(membersIn('{"a":{"b":1,"b":2}}')).toBe(3);
});

test("the inside of an object is found where it is, whatever stands before it", () => {
  const object = fc.dictionary(
    fc.constantFrom("a", "params", "_meta", 'q"\\'),
    fc.jsonValue({ maxDepth: 3 }),
  );
  fc.assert(
    fc.property(object, object, fc.constantFrom(0, 2), (before, meta, indent) => {
      const value = {
        x: { _meta: before, params: { _meta: 1 } },
        ...before,
        params: { y: before, _meta: meta },
      };
      const text = JSON.stringify(value, undefined, indent);
      const at = insideOf(text, ["params", "_meta"]) ?? 0;
      const isEmpty = Object.keys(meta).length === 0;
      const more = JSON.parse(`${text.slice(0, at)}"new":1${isEmpty ? "" : ","}${text.slice(at)}`) as unknown;
      const expected = { ...value, params: { ...value.params, _meta: { ...meta, new: 1 } } };
      // JSON knows no -0.
      expect(more).toEqual(JSON.parse(JSON.stringify(expected)));
    }),
  );
  expect(insideOf('{"params":{},"x":{"_meta":{}}}', ["params", "_meta"])).toBeUndefined();
});
