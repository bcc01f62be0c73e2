/** What a collector wrote to Kafka, span by span. */
import "./kafka/zstd.ts";
import { readAll, type ReadRecord } from "./kafka/records.ts";
import { spanSlices } from "./tool-calls.ts";

/** A span as it lies in a topic. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly record: ReadRecord;
}

/** All spans in a topic now, in the order of its records. */
export async function collectedSpans(
  brokers: readonly string[],
  topic: string,
): Promise<readonly CollectedSpan[]> {
  const records = await readAll(brokers, topic);
  return records.flatMap((record) =>
    // A span begins with tag and length of its trace id.
    spanSlices(record.value).map((bytes) => ({
      traceId: Buffer.from(bytes.subarray(2, 18)).toString("hex"),
      record,
    })),
  );
}
