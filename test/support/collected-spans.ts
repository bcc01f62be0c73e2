/** What a collector wrote to Kafka, span by span, told by a decoder that is not ours. */
import { readAll, type ReadRecord } from "./kafka/records.ts";
import { readZstd } from "./kafka/zstd.ts";
import { traceRequest } from "./otlp-proto.ts";

/** A span as it lies in a topic. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Of its attributes those that are texts. */
  readonly texts: ReadonlyMap<string, string>;
  readonly record: ReadRecord;
}

interface Request {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: Uint8Array;
        readonly spanId: Uint8Array;
        readonly attributes: readonly {
          readonly key: string;
          readonly value?: { readonly stringValue?: string };
        }[];
      }[];
    }[];
  }[];
}

/** All spans in a topic now, in the order of its records. */
export async function collectedSpans(
  brokers: readonly string[],
  topic: string,
): Promise<readonly CollectedSpan[]> {
  return (await collectedRecords(brokers, topic)).flatMap(spansIn);
}

/** All records in a topic now, zstd or not. */
export function collectedRecords(brokers: readonly string[], topic: string): Promise<readonly ReadRecord[]> {
  readZstd();
  return readAll(brokers, topic);
}

/** The spans of a record. */
export function spansIn(record: ReadRecord): readonly CollectedSpan[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the declaration of OTLP says it is.
  const request = traceRequest.decode(record.value) as unknown as Request;
  return request.resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans)
    .map(({ traceId, spanId, attributes }) => ({
      traceId: Buffer.from(traceId).toString("hex"),
      spanId: Buffer.from(spanId).toString("hex"),
      texts: new Map(
        attributes.flatMap(({ key, value }) =>
          value?.stringValue === undefined ? [] : [[key, value.stringValue]],
        ),
      ),
      record,
    }));
}
