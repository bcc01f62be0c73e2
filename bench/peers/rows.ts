import { createClient } from "@clickhouse/client";
import { traceRequest } from "../../test/support/otlp-proto.ts";

/**
 * What one would write without us: protobufjs decodes, every span becomes an object, the client inserts JSON. It stores
 * ids, times, name and all attributes; it attributes nothing, judges nothing, learns nothing and keeps no position.
 */
export interface PeerStore {
  insert(bodies: readonly Uint8Array[]): Promise<void>;
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface PeerRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly PeerSpan[] }[];
  }[];
}

interface PeerSpan {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId: Uint8Array;
  readonly name: string;
  readonly startTimeUnixNano: { toString(): string };
  readonly endTimeUnixNano: { toString(): string };
  readonly attributes: readonly KeyValue[];
}

export async function peerStore(url: string, database: string): Promise<PeerStore> {
  const client = createClient({ url, database });
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS peer_spans (started_at DateTime64(9), ended_at DateTime64(9), trace_id String, span_id String,
      parent_span_id String, name LowCardinality(String), resource Map(LowCardinality(String), String),
      attributes Map(LowCardinality(String), String)) ENGINE = MergeTree PARTITION BY toDate(started_at) ORDER BY (name, started_at)`,
  });
  return {
    insert: async (bodies) => {
      const values = bodies.flatMap(rowsOf);
      await client.insert({ table: "peer_spans", values, format: "JSONEachRow" });
    },
  };
}

function rowsOf(body: Uint8Array): object[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- protobufjs by reflection has no types.
  const request = traceRequest.decode(body) as unknown as PeerRequest;
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const shared = textsOf(resource.attributes);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => rowOf(span, shared)));
  });
}

function rowOf(span: PeerSpan, resource: Record<string, string>): object {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  return {
    started_at: seconds(span.startTimeUnixNano.toString()),
    ended_at: seconds(span.endTimeUnixNano.toString()),
    trace_id: hex(span.traceId),
    span_id: hex(span.spanId),
    parent_span_id: hex(span.parentSpanId),
    name: span.name,
    resource,
    attributes: textsOf(span.attributes),
  };
}

const seconds = (ns: string): string => `${ns.slice(0, -9)}.${ns.slice(-9)}`;

function textsOf(attributes: readonly KeyValue[]): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]));
}
