import { traceRequest } from "../test/support/otlp-proto.ts";

/** Spans of one batch. */
export const spanCount = 200;

/**
 * A batch as an agent's exporter sends it: some values repeat (tools, identities), others never do (ids, sizes). Batches
 * of different numbers share no span.
 */
export function agentBatch(number: number): Uint8Array {
  const startNs = 1_790_000_000_000_000_000n;
  const from = number * spanCount;
  const spans = Array.from({ length: spanCount }, (_, at) => from + at).map((index) => ({
    traceId: id(16, index >> 3),
    spanId: id(8, index),
    parentSpanId: index % 8 === 0 ? Buffer.alloc(0) : id(8, index - 1),
    name: `execute_tool ${tool(index)}`,
    kind: 1 + (index % 3),
    startTimeUnixNano: long(startNs + BigInt(index) * 1_234_567n),
    endTimeUnixNano: long(startNs + BigInt(index) * 1_234_567n + 87_654_321n),
    attributes: spanAttributes(index),
    status: { code: index % 20 === 0 ? 2 : 0 },
    flags: 0x101,
  }));
  const resource = {
    attributes: [
      text("service.name", "triage"),
      text("service.version", "1.4.2"),
      text("telemetry.sdk.language", "nodejs"),
    ],
  };
  const scope = { name: "answerable", version: "0.1.0" };
  const request = traceRequest.create({ resourceSpans: [{ resource, scopeSpans: [{ scope, spans }] }] });
  return traceRequest.encode(request).finish();
}

/** 15 attributes, of which the detector reads 11; the other four are what other libraries add. */
function spanAttributes(index: number): object[] {
  return [
    text("nhi.identity.id", `agent:triage-${index % 17}`),
    text("nhi.identity.kind", "ai_agent"),
    text("nhi.action.kind", index % 5 === 0 ? "secret_read" : "tool_call"),
    text("nhi.action.name", tool(index)),
    text("nhi.resource.id", `kv/data/prod/service-${index % 40}`),
    text("nhi.session.id", `session-${(index >> 3).toString(16).padStart(12, "0")}`),
    text("gen_ai.operation.name", "execute_tool"),
    text("gen_ai.tool.name", tool(index)),
    text("gen_ai.tool.call.id", `call_${(index * 2_654_435_761).toString(36).padStart(20, "x")}`),
    text("server.address", "vault.internal.example"),
    { key: "nhi.seq", value: { intValue: index + 1000 } },
    text("gen_ai.tool.description", "Reads one secret of the service that is being worked on."),
    text("thread.name", "main"),
    { key: "thread.id", value: { intValue: 1 } },
    { key: "gen_ai.usage.input_tokens", value: { intValue: 500 + index } },
  ];
}

const tool = (index: number): string =>
  ["vault.kv.read", "tickets.search", "tickets.update", "repo.read", "mail.send"][index % 5] ?? "";

const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } });

const long = (value: bigint): object => ({
  low: Number(BigInt.asIntN(32, value)),
  high: Number(value >> 32n),
  unsigned: true,
});

/** An id that looks drawn and is the same in every run. */
function id(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length, 0xa5);
  bytes.writeUInt32LE((seed * 2_654_435_761) >>> 0, length - 4);
  bytes.writeUInt32BE(((seed + 7) * 40_503) >>> 0, 0);
  return bytes;
}
