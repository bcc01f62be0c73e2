/** What a collector wrote to Kafka, span by span. */
import { readAll, type ReadRecord } from "./kafka/records.ts";
import { readZstd } from "./kafka/zstd.ts";
import { traceRequest } from "./otlp-proto.ts";

/** A span as it lies in a topic. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly record: ReadRecord;
}

interface Request {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly { readonly traceId: Uint8Array }[] }[];
  }[];
}

/** All spans in a topic now, in the order of its records. */
export async function collectedSpans(
  brokers: readonly string[],
  topic: string,
): Promise<readonly CollectedSpan[]> {
  readZstd();
  const records = await readAll(brokers, topic);
  return records.flatMap((record) =>
    (traceRequest.decode(record.value) as unknown as Request).resourceSpans
      .flatMap(({ scopeSpans }) => scopeSpans)
      .flatMap(({ spans }) => spans)
      .map(({ traceId }) => ({ traceId: Buffer.from(traceId).toString("hex"), record })),
  );
}
