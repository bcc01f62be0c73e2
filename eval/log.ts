import { intake } from "../detector/stream/intake.ts";
import type { LogRecord } from "../detector/stream/ports.ts";
import { shippedAttributor } from "../detector/roles/package-files.ts";
import type { DecodeLimits } from "../detector/decode/index.ts";
import type { Recorded, Request } from "./recorded.ts";

/** What the log holds of recorded requests, in the order in which they happened. */
export interface RecordedLog {
  readonly records: readonly LogRecord[];
  /** By offset, then by the span's ordinal; undefined where only the span itself can tell. */
  readonly recorded: readonly (readonly Recorded[] | undefined)[];
  readonly spans: number;
  readonly rejected: number;
}

/** Kafka's largest message, less what a record needs around its value. */
const recordBytesMax = 900_000;

/** Puts requests into a log as a receiver does that takes each in the moment in which it ended. */
export function logOf(requests: readonly Request[], limits: DecodeLimits): RecordedLog {
  const records: LogRecord[] = [];
  const recorded: (readonly Recorded[] | undefined)[] = [];
  const attributor = shippedAttributor();
  const sender = { tenant: "default", source: "", speaksFor: () => true, proves: () => false };
  let spans = 0;
  let rejected = 0;
  for (const request of requests.toSorted((one, other) => one.atMs - other.atMs)) {
    const taken = intake(request.bytes, "otlp_proto", sender, { attributor, limits, recordBytesMax });
    if (!taken.ok) throw new Error(`a recorded request was refused: ${taken.message}`);
    spans += taken.spans;
    rejected += taken.rejected.length;
    for (const record of taken.records) {
      records.push({ ...record, offset: records.length, timestampMs: request.atMs });
      // A record of several spans holds those of one key group, whose ordinals are others than in the request.
      recorded.push(taken.records.length === 1 && taken.rejected.length === 0 ? request.recorded : undefined);
    }
  }
  return { records, recorded, spans, rejected };
}

/** The part of a log that belongs to some runs; its offsets keep their places. */
export function onlyRuns(log: RecordedLog, isKept: (run: string) => boolean): RecordedLog {
  const records = log.records.filter(({ offset }) => {
    const recorded = log.recorded[offset];
    return recorded === undefined || recorded.some(({ run }) => isKept(run));
  });
  return { ...log, records };
}
