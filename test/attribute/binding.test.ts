/**
 * Goal: what a collector stamped is believed in the records that it bound, and nowhere else.
 * Method: spans with good, odd and hostile stamps go through the reader under both kinds of headers; where nobody bound, what
 * comes of them is compared with what comes of the same spans without a stamp.
 */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Origin } from "../../detector/attribute/attribute.ts";
import { defaultLimits, keyGroup } from "../../detector/decode/index.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import { ChunkReader } from "../../detector/stream/chunk.ts";
import { headersOf, originOf } from "../../detector/stream/headers.ts";
import { intake } from "../../detector/stream/intake.ts";
import { attributes } from "../../schemas/index.ts";
import type { AttributedAction } from "../support/actions.ts";
import { attributed } from "../support/attributed.ts";
import { spanWith } from "../support/build.ts";
import { attribute, block, requestOf, spanContent } from "../support/otlp-bytes.ts";

const anybody: Origin = { tenant: "default", source: "edge", verified: new Set(), bound: false };
const collector: Origin = { ...anybody, bound: true };
const base = {
  "nhi.action.kind": "tool_call",
  "nhi.action.name": "payroll.export",
  "nhi.identity.id": "agent:payroll",
  "nhi.identity.kind": "ai_agent",
  "nhi.identity.owner": "team-payroll",
  "nhi.chain": ["user:ana", "agent:payroll"],
};
const stamps = {
  "nhi.bound.id": "spiffe://acme/mallory",
  "nhi.bound.kind": "workload",
  "nhi.bound.strength": "verified",
  "nhi.bound.rule": "proof",
  "nhi.bound.client": "spiffe://acme/mallory",
  "nhi.bound.contradicted": "agent:payroll",
};
const stampNames = attributes.filter((one) => one.writtenBy === "collector").map((one) => one.name);

type Values = NonNullable<NonNullable<Parameters<typeof spanWith>[0]>["attributes"]>;

function actionOf(more: Values, origin: Origin): AttributedAction {
  const one = attributed(spanWith({ attributes: { ...base, ...more } }), origin);
  if (one.kind !== "action") throw new Error(`expected an action, got ${one.kind}`);
  return one.action;
}

const claimed = actionOf({}, anybody);

test("where the table named the identity, kind and rule are the table's", () => {
  const bound = actionOf({ "nhi.bound.id": "agent:payroll", "nhi.bound.strength": "claimed" }, collector);
  expect(bound).toEqual(claimed);
  const other = actionOf({ "nhi.bound.id": "agent:other", "nhi.bound.strength": "claimed" }, collector);
  expect(other).toMatchObject({ identityId: "agent:other", identityKind: "unknown", identityRule: "none" });
});

test("the contract names six stamps, and the headers that make them count", () => {
  expect(stampNames).toEqual(Object.keys(stamps));
  expect(headersOf("g0001", 1024, collector)).toEqual({
    "nhi-key-group": "g0001",
    "nhi-key-groups": "1024",
    "nhi-tenant": "default",
    "nhi-source": "edge",
    "nhi-bound": "1",
  });
  expect(headersOf("g0001", 1024, anybody)).not.toHaveProperty("nhi-bound");
});

test.each([
  { headers: { "nhi-bound": "1" }, bound: true },
  { headers: {}, bound: false },
  { headers: { "nhi-bound": "" }, bound: false },
  { headers: { "nhi-bound": "0" }, bound: false },
  { headers: { "nhi-bound": "true" }, bound: false },
  { headers: { "Nhi-Bound": "1" }, bound: false },
])("a record with $headers is bound: $bound", ({ headers, bound }) => {
  expect(originOf(headers).bound).toBe(bound);
});

test("a bound record proves nothing by the header of a receiver", () => {
  const verified = { "nhi-verified": '["agent:payroll"]' };
  expect(originOf(verified).verified.size).toBe(1);
  expect(originOf({ ...verified, "nhi-bound": "1" }).verified.size).toBe(0);
});

describe("a span that a collector bound", () => {
  test("is its sender's, whoever it claims to be", () => {
    expect(actionOf(stamps, collector)).toEqual({
      ...claimed,
      identityId: "spiffe://acme/mallory",
      identityKind: "workload",
      strength: "verified",
      identityRule: "proof",
      source: "spiffe://acme/mallory",
      // Who answers for the claimed one doesn't answer for the sender, and it is no hop between it and the principal.
      owner: "",
      path: ["user:ana", "spiffe://acme/mallory"],
      attributes: {
        "nhi.bound.client": "spiffe://acme/mallory",
        "nhi.bound.contradicted": "agent:payroll",
      },
    });
  });

  test("keeps its owner and its path where the claim is no false one", () => {
    const { "nhi.bound.contradicted": _, ...agreed } = { ...stamps, "nhi.bound.id": "agent:payroll" };
    expect(actionOf(agreed, collector)).toMatchObject({
      identityId: "agent:payroll",
      owner: "team-payroll",
      path: ["user:ana", "agent:payroll"],
      source: "spiffe://acme/mallory",
    });
  });

  test("of a sender without a proof is of the record's source", () => {
    const { "nhi.bound.client": _, ...unproven } = { ...stamps, "nhi.bound.strength": "claimed" };
    expect(actionOf(unproven, collector)).toMatchObject({ strength: "claimed", source: "edge" });
  });

  const odd: readonly { name: string; stamps: Values; is: Partial<AttributedAction> }[] = [
    {
      name: "a kind outside the contract is unknown",
      stamps: { "nhi.bound.kind": "god" },
      is: { identityKind: "unknown" },
    },
    { name: "no kind is unknown", stamps: { "nhi.bound.kind": "" }, is: { identityKind: "unknown" } },
    {
      name: "a strength outside the contract is the least",
      stamps: { "nhi.bound.strength": "proven" },
      is: { strength: "inferred" },
    },
    {
      name: "a strength in capitals is none",
      stamps: { "nhi.bound.strength": "VERIFIED" },
      is: { strength: "inferred" },
    },
    {
      name: "a strength that is a list is none",
      stamps: { "nhi.bound.strength": ["verified"] },
      is: { strength: "inferred" },
    },
    { name: "no rule is none", stamps: { "nhi.bound.rule": "" }, is: { identityRule: "none" } },
    {
      name: "a rule is cut as other names are",
      stamps: { "nhi.bound.rule": "r".repeat(300) },
      is: { identityRule: "r".repeat(256) },
    },
    { name: "an id may be a number", stamps: { "nhi.bound.id": 17 }, is: { identityId: "17" } },
    {
      name: "a client too long for an identity is none",
      stamps: { "nhi.bound.client": "c".repeat(513) },
      is: { source: "edge" },
    },
    {
      name: "a client as long as an identity is one",
      stamps: { "nhi.bound.client": "c".repeat(512) },
      is: { source: "c".repeat(512) },
    },
    { name: "no client is the record's source", stamps: { "nhi.bound.client": "" }, is: { source: "edge" } },
    {
      name: "no contradiction leaves the owner",
      stamps: { "nhi.bound.contradicted": "" },
      is: { owner: "team-payroll" },
    },
  ];
  test.each(odd)("$name", ({ stamps: changed, is }) => {
    expect(actionOf({ ...stamps, ...changed }, collector)).toMatchObject(is);
  });

  test("is refused, not cut, where the bound id is too long", () => {
    const span = spanWith({ attributes: { ...base, ...stamps, "nhi.bound.id": "x".repeat(513) } });
    expect(attributed(span, collector)).toMatchObject({
      kind: "rejected",
      rejected: { reason: "identity_too_long" },
    });
  });

  test.each([undefined, ""])("is as if unbound, and never verified, where the bound id is %p", (id) => {
    const { "nhi.bound.id": _, ...rest } = stamps;
    const without = id === undefined ? rest : { ...rest, "nhi.bound.id": id };
    expect(actionOf(without, { ...collector, verified: new Set(["agent:payroll"]) })).toEqual(claimed);
  });

  test("is not taken for its neighbour: neither in the same chunk nor after a record that nobody bound", () => {
    const reader = new ChunkReader(shippedAttributor(), defaultLimits);
    const recordOf = (offset: number, origin: Origin) => ({
      offset,
      key: "g0000",
      value: requestOf(
        spanContent({
          spanId: Buffer.alloc(8, offset + 1),
          more: Object.entries({
            ...base,
            ...stamps,
            "nhi.chain": "none",
            "nhi.seq": String(offset),
            "service.instance.id": "one",
          }).map(([name, value]) => attribute(name, block(1, value))),
        }),
      ),
      headers: headersOf("g0000", 1024, origin),
      timestampMs: 0,
    });
    const origins = [collector, anybody, collector, anybody];
    reader.read(
      { topic: "nhi.spans", partition: 0 },
      origins.map((origin, at) => recordOf(at, origin)),
      0,
    );
    const { codes, dictionary, sequences } = reader.columns;
    const texts = (column: Int32Array, count: number): string[] =>
      Array.from(column.subarray(0, count), (code) => dictionary.text(code));
    const mine = ["spiffe://acme/mallory", "agent:payroll", "spiffe://acme/mallory", "agent:payroll"];
    expect(texts(codes.identity, reader.columns.count)).toEqual(mine);
    const sources = ["spiffe://acme/mallory", "edge", "spiffe://acme/mallory", "edge"];
    expect(texts(codes.source, reader.columns.count)).toEqual(sources);
    // Numbers of a process count within the client that has proven itself, so that nobody breaks another's.
    expect(texts(sequences.source, sequences.count)).toEqual(sources);
  });
});

const anyValue = fc.oneof(
  fc.constantFrom<string>(...Object.values(stamps), "verified", "ai_agent", ""),
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.constant("x".repeat(defaultLimits.valueBytesMax + 1)),
);
const anyStamps = fc.dictionary(fc.constantFrom(...stampNames), anyValue, { minKeys: 1 });
const texts = fc.dictionary(fc.constantFrom(...stampNames), fc.string());

describe("a span that nobody bound", () => {
  test("gives the very action that it gives without stamps, whatever they say and wherever they stand", () => {
    fc.assert(
      fc.property(anyStamps, texts, fc.boolean(), fc.boolean(), (onSpan, onResource, areFirst, hasClaim) => {
        const own = hasClaim ? base : { "nhi.action.kind": "tool_call", "nhi.action.name": "payroll.export" };
        const origin = { ...anybody, verified: new Set(["agent:payroll", "spiffe://acme/mallory"]) };
        const all = areFirst ? { ...onSpan, ...own } : { ...own, ...onSpan };
        const resource = { "service.name": "payroll", ...onResource };
        expect(attributed(spanWith({ attributes: all, resource }), origin)).toEqual(
          attributed(spanWith({ attributes: own, resource: { "service.name": "payroll" } }), origin),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("is taken even where a stamp is no text", () => {
    const broken = spanContent({
      more: [
        attribute("nhi.action.kind", block(1, "tool_call")),
        attribute("nhi.action.name", block(1, "x")),
        attribute("nhi.bound.id", block(1, Buffer.from([0xff, 0xfe]))),
      ],
    });
    const read = (origin: Origin): readonly string[] => {
      const reader = new ChunkReader(shippedAttributor(), defaultLimits);
      const headers = headersOf("g0000", 1024, origin);
      const record = { offset: 0, key: "g0000", value: requestOf(broken), headers, timestampMs: 0 };
      return reader.read({ topic: "t", partition: 0 }, [record], 0).deadLetters.map((one) => one.reason);
    };
    expect(read(anybody)).toEqual([]);
    expect(read(collector)).toEqual(["invalid_utf8"]);
  });

  test("goes into the group of the identity that it claims, under headers that bind nothing", () => {
    const bytes = requestOf(
      spanContent({
        more: Object.entries({ "nhi.identity.id": "agent:payroll", ...stamps }).map(([name, value]) =>
          attribute(name, block(1, value)),
        ),
      }),
    );
    const sender = { tenant: "default", source: "ci", speaksFor: () => true, proves: () => false };
    const options = { attributor: shippedAttributor(), limits: defaultLimits, recordBytesMax: 1_000_000 };
    const taken = intake(bytes, "otlp_proto", sender, options);
    if (!taken.ok) throw new Error(taken.message);
    const group = keyGroup("default", "agent:payroll");
    expect(taken.records.map(({ key, headers }) => ({ key, headers }))).toEqual([
      { key: group, headers: headersOf(group, 1024, { ...anybody, source: "ci" }) },
    ]);
  });
});
