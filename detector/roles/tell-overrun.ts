import type { PartitionId } from "../stream/ports.ts";
import type { Gap } from "../stream/record-source.ts";
import type { Context } from "./context.ts";

/** Says that a log let go of records before they were read: loud, counted, and with the exact offsets. */
export function tellOverrun({ log, telemetry }: Context): (partition: PartitionId, gap: Gap) => void {
  return ({ topic, partition }, { from, next }) => {
    telemetry.count("answerable_lost_records_total", { topic }, next - from);
    log("error", "records are lost: the topic's retention was shorter than our absence", {
      topic,
      partition,
      fromOffset: from,
      nextOffset: next,
      count: next - from,
    });
  };
}
