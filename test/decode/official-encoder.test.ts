import { expect, test } from "@jest/globals";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import fc from "fast-check";
import type { AttributeValue } from "../../detector/decode/index.ts";
import { decoded, decodedOtlp } from "../support/decoded.ts";
import { asRead, type Span } from "../support/span.ts";

/** Attributes as the SDK allows them: scalars and lists of one kind of scalar. */
const attributes = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 9 }),
  fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.float({ noNaN: true, noDefaultInfinity: true }).filter((one) => !Number.isInteger(one)),
    fc.array(fc.string(), { maxLength: 3 }),
  ),
  { maxKeys: 5, noNullPrototype: true },
);
const id = (digits: number): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: 1, max: 15 }), { minLength: digits, maxLength: digits })
    .map((all) => all.map((one) => one.toString(16)).join(""));

const anySpan = fc
  .record({
    traceId: id(32),
    spanId: id(16),
    parentId: fc.option(id(16)),
    name: fc.string({ unit: "grapheme" }),
    kind: fc.nat(4),
    code: fc.nat(2),
    seconds: fc.integer({ min: 1, max: 9_000_000_000 }),
    nanos: fc.nat(999_999_999),
    attributes,
  })
  .map((made) => ({ made, span: readableSpan(made) }));

test("reads what the official encoder writes, as protobuf and as JSON", () => {
  fc.assert(
    fc.property(fc.array(anySpan, { maxLength: 4 }), (all) => {
      const spans = all.map((one) => one.span);
      const names = ["service.name", ...all.flatMap(({ made }) => Object.keys(made.attributes))];
      const answer = decoded(ProtobufTraceSerializer.serializeRequest(spans)!, { names });
      const json = JsonTraceSerializer.serializeRequest(spans)!;
      expect(decodedOtlp(json, "otlp_json", { names }).decoded).toEqual(answer);
      if (!answer.ok) throw new Error(answer.message);
      expect(answer.rejected).toEqual([]);
      const meant = all.map(({ made }, index): Span => ({
        index,
        traceId: made.traceId,
        spanId: made.spanId,
        parentSpanId: made.parentId ?? "",
        name: made.name,
        kind: (["internal", "server", "client", "producer", "consumer"] as const)[made.kind]!,
        startedAtUs: made.seconds * 1e6 + Math.floor(made.nanos / 1000),
        endedAtUs: made.seconds * 1e6 + Math.floor(made.nanos / 1000),
        status: (["unset", "ok", "error"] as const)[made.code]!,
        attributes: new Map(Object.entries(made.attributes)),
        resource: new Map([["service.name", "triage"]]),
        scopeName: "test",
      }));
      expect(answer.spans).toEqual(meant.map((span) => asRead(span, names)));
    }),
  );
});

const resource = { attributes: { "service.name": "triage" } };
const scope = { name: "test", version: "1" };

interface Made {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly kind: number;
  readonly code: number;
  readonly seconds: number;
  readonly nanos: number;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** The part of a span of the SDK that its serializers read. */
function readableSpan(made: Made): ReadableSpan {
  const shaped: unknown = {
    name: made.name,
    kind: made.kind,
    spanContext: () => ({ traceId: made.traceId, spanId: made.spanId, traceFlags: 1 }),
    parentSpanContext:
      made.parentId === null ? undefined : { traceId: made.traceId, spanId: made.parentId, traceFlags: 1 },
    startTime: [made.seconds, made.nanos],
    endTime: [made.seconds, made.nanos],
    status: { code: made.code },
    attributes: made.attributes,
    events: [],
    links: [],
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
  return shaped as ReadableSpan;
}
