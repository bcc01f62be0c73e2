/** Recorded runs as the log would hold them, cut to some of them. */
import { batchesOf } from "../../detector/replay/batches.ts";
import { encodeSpans } from "../../detector/replay/otlp.ts";
import type { ReplaySpan } from "../../detector/replay/span-of-line.ts";
import type { LogRecord } from "../../detector/stream/ports.ts";

export interface RecordedOptions {
  /** What comes before is taken whole. Milliseconds since 1970. */
  readonly wholeUntilMs: number;
  /** Of the runs after that, every so manieth; which they are follows from their ids. */
  readonly oneRunIn: number;
}

/** Records of a span each, which the log took the moment the span ended. */
export async function recordedLog(
  file: string,
  { wholeUntilMs, oneRunIn }: RecordedOptions,
): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  const isKept = ({ startMs, traceId }: ReplaySpan): boolean =>
    startMs < wholeUntilMs || Number.parseInt(traceId.slice(0, 8), 16) % oneRunIn === 0;
  for await (const { spans } of batchesOf(file))
    for (const span of spans.filter(isKept))
      records.push({
        offset: records.length,
        key: "g0000",
        value: encodeSpans([span]),
        headers: {},
        timestampMs: span.endMs,
      });
  return records;
}
