/** A log to break: generated records, a detector that notices every slip, and grants to judge by. */
import fc from "fast-check";
import { PolicyBook } from "../../policy/book.ts";
import type { ByteReader, ByteWriter } from "../../detector/bytes.ts";
import type { Detector } from "../../detector/detect/detector.ts";
import type { Block } from "../../detector/learn/memory.ts";
import { encodeSpans } from "../../detector/replay/otlp.ts";
import type { LogRecord } from "../../detector/stream/ports.ts";
import { ControlRecord } from "../../schemas/index.ts";

/** Counts what it learns and speaks at every third: an action learned twice or not at all changes every row after it. */
export const everyThird: Detector<{ readonly count: Count }> = {
  id: "every-third",
  version: 1,
  family: "behaviour",
  newMemory: () => ({ count: new Count() }),
  examine: ({ action }, { count: { seen } }) =>
    seen % 3 === 2
      ? [
          {
            name: "third",
            severity: "medium",
            cause: `${String(seen)}|${action.id}`,
            tell: () => ({ title: `${String(seen)} seen`, why: { seen }, sql: "" }),
          },
        ]
      : [],
  learn: (_examined, { count }) => {
    count.seen += 1;
  },
};

class Count implements Block {
  seen = 0;

  pack(writer: ByteWriter): void {
    writer.varint(this.seen);
  }

  unpack(reader: ByteReader): void {
    this.seen = reader.varint();
  }
}

/** A span of the generated log; `span` is small on purpose, so that the same span comes more than once. */
const anySpan = fc.record({
  identity: fc.constantFrom("agent:a", "agent:b", "agent:c"),
  span: fc.integer({ min: 1, max: 40 }),
  operation: fc.constantFrom("read", "write", "delete"),
  minute: fc.integer({ min: 0, max: 90 }),
  isAction: fc.boolean(),
});

/** A record: spans, or bytes that nobody can read. */
export const anyRecord = fc.oneof(
  { weight: 8, arbitrary: fc.array(anySpan, { minLength: 1, maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constant("garbage" as const) },
);

export type Log = readonly LogRecord[];

export function logOf(
  records: readonly (
    | readonly (typeof anySpan extends fc.Arbitrary<infer Span> ? Span : never)[]
    | "garbage"
  )[],
): Log {
  return records.map((record, at) => ({
    offset: at * 2 + 5,
    key: "g0001",
    value: record === "garbage" ? Buffer.from("this is no protobuf") : encodeSpans(record.map(spanOf)),
    headers: {},
    timestampMs: 1_770_000_000_000 + at * 1000,
  }));
}

function spanOf({
  identity,
  span,
  operation,
  minute,
  isAction,
}: {
  identity: string;
  span: number;
  operation: string;
  minute: number;
  isAction: boolean;
}): Parameters<typeof encodeSpans>[0][number] {
  const startMs = 1_769_990_000_000 + minute * 60_000;
  return {
    identityId: identity,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: String(span).padStart(16, "0"),
    name: operation,
    kind: "internal",
    startMs,
    endMs: startMs + 1,
    failed: false,
    attributes: {
      "nhi.identity.id": identity,
      ...(isAction ? { "nhi.action.kind": "tool_call", "nhi.action.name": operation } : {}),
    },
  };
}

const pausing = { id: "pause", on: { rules: ["outside-grant"] }, do: "pause", for: "1h" };
const others = [
  { id: "stop", on: { rules: ["every-*"], minSeverity: "medium" }, do: "revoke", of: "chain" },
  { id: "try", on: { rules: ["every-third"], minSeverity: "low" }, do: "pause", dryRun: true },
];

/** By the playbooks that stand. An answer holds the log's time, and one to an identity remains known of it. */
const playbooksOf = { all: [pausing, ...others], chains: others, none: [] };

export function book(answered: keyof typeof playbooksOf = "all"): PolicyBook {
  const grants = new PolicyBook();
  const grant = {
    id: "g",
    grantee: "agent:*",
    approver: "user:ana",
    policy: { id: "p", version: "1" },
    operations: ["read", "write"],
    window: { from: "2026-01-01T00:00:00Z" },
  };
  grants.enter(
    0,
    ControlRecord.parse({ kind: "grant_given", tenant: "default", author: "t", atUs: 1, grant }),
  );
  for (const playbook of playbooksOf[answered])
    grants.enter(
      0,
      ControlRecord.parse({ kind: "playbook_given", tenant: "default", author: "t", atUs: 1, playbook }),
    );
  return grants;
}
