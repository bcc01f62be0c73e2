import type { KafkaClient } from "../ingest/kafka.ts";
import type { Context } from "./context.ts";
import type { PartitionMetrics } from "./partition-metrics.ts";

const everyMs = 5_000;

/** Looks something up every five seconds until the role stops. A look that fails is told once, until one works again. */
export async function watch(
  { clock, log }: Context,
  signal: AbortSignal,
  what: string,
  look: () => Promise<void>,
): Promise<void> {
  let isFailing = false;
  while (!signal.aborted) {
    try {
      await look();
      isFailing = false;
    } catch (error) {
      if (!isFailing)
        log("warn", `${what} can't be looked up`, { reason: error instanceof Error ? error.message : "" });
      isFailing = true;
    }
    await clock.sleep(everyMs, signal);
  }
}

/** Keeps the lag of our partitions up to date, while they are held up too; ends it with the function it gives back. */
export function watchLag(
  context: Context,
  kafka: KafkaClient,
  { groupId, topic }: { readonly groupId: string; readonly topic: string },
  partitions: PartitionMetrics,
): () => void {
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  void watch(context, signal, `the offsets of ${topic}`, async () => {
    if (partitions.hasJoined()) partitions.reportOffsets(await kafka.offsets(groupId, topic));
  });
  return () => over.abort();
}
