import { newId } from "../spans.ts";
import { type Bomb, mebibyte, json, repeated } from "./parts.ts";

const jsonOf = (attributes: readonly (readonly [string, string])[]): Uint8Array<ArrayBuffer> => {
  const spans = [
    {
      traceId: newId(32),
      spanId: newId(16),
      startTimeUnixNano: `${Date.now()}000000`,
      endTimeUnixNano: `${Date.now()}000000`,
      attributes: attributes.map(([key, stringValue]) => ({ key, value: { stringValue } })),
    },
  ];
  return Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
};

const jsonAction: readonly (readonly [string, string])[] = [
  ["nhi.identity.id", "agent:hostile"],
  ["nhi.action.kind", "exec"],
];

/** Bombs of JSON: what is small as text and large once parsed. */
export const jsonBombs: readonly Bomb[] = [
  {
    name: "a value of 10 MB in JSON",
    headers: json,
    status: 413,
    body: () => jsonOf([["nhi.identity.id", "x".repeat(10_000_000)]]),
  },
  {
    name: "2,000-deep JSON",
    headers: json,
    status: 400,
    body: () => Buffer.from(`{"resourceSpans":${"[".repeat(2000)}${"]".repeat(2000)}}`),
  },
  {
    name: "a million levels of JSON",
    headers: json,
    status: 400,
    body: () => repeated("[", mebibyte),
  },
  {
    name: "names of JavaScript's own, lone surrogates, NUL, and marks of direction",
    headers: json,
    status: 200,
    body: () =>
      jsonOf([
        ...jsonAction,
        ["__proto__", "x"],
        ["nhi.action.name", "__proto__"],
        ["nhi.resource.id", "\ud83d\u0000\u202egnp.exe\u2066"],
        ["nhi.session.id", "constructor"],
      ]),
  },
  {
    name: "700,000 empty objects in 2 MiB of JSON",
    headers: json,
    status: 400,
    body: () => Buffer.from(`{"resourceSpans":[${"{},".repeat(699_000)}{}]}`),
  },
  {
    name: "700,000 lists in 2 MiB of JSON",
    headers: json,
    status: 400,
    body: () => Buffer.from(`[${"[],".repeat(699_000)}[]]`),
  },
  {
    name: "100,000 long integers in JSON",
    headers: json,
    status: 400,
    body: () => Buffer.from(`[${"1234567890123456789,".repeat(100_000)}1]`),
  },
  {
    name: "170,000 members of one JSON object",
    headers: json,
    status: 400,
    body: () =>
      Buffer.from(`{${Array.from({ length: 170_000 }, (_, at) => `"k${at.toString(36)}":{}`).join(",")}}`),
  },
  {
    name: "119,000 empty objects, just within the limit",
    headers: json,
    status: 200,
    body: () => Buffer.from(`{"resourceSpans":[${"{},".repeat(118_000)}{}]}`),
  },
  {
    name: "180,000 members that are no nodes",
    headers: json,
    status: 400,
    body: () =>
      Buffer.from(`{${Array.from({ length: 180_000 }, (_, at) => `"k${at.toString(36)}":0`).join(",")}}`),
  },
  {
    name: "16 MiB of JSON",
    headers: json,
    status: 413,
    body: () => Buffer.alloc(16 * mebibyte, 0x20),
  },
];
