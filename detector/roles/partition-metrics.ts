import type { Clock } from "../clock.ts";
import type { PartitionOffsets } from "../ingest/kafka-admin.ts";
import type { PartitionHandler } from "../stream/record-source.ts";
import type { PartitionId } from "../stream/ports.ts";
import type { Counters, Sample } from "../telemetry.ts";

/** What is shown of the partitions that are ours now; of one that was lost nothing is. */
export interface PartitionMetrics {
  /** These are ours from now on, and no others. */
  assigned(partitions: readonly PartitionId[]): void;
  /** Everything before `position` is done. */
  at(partition: PartitionId, position: number): void;
  /** Position and state were stored together. */
  saved(partition: PartitionId): void;
  /** How much is held after a chunk. */
  reportState(partition: PartitionId, size: HeldSize): void;
  /** What the broker says of the whole topic. */
  reportOffsets(offsets: readonly PartitionOffsets[]): void;
  /** Whether the group has dealt out partitions to us, none perhaps. */
  hasJoined(): boolean;
}

interface HeldSize {
  readonly identities: number;
  /** Of their packed states. */
  readonly bytes: number;
  /** Actions that wait for what may still come before them. */
  readonly actions: number;
}

interface Known {
  readonly partition: PartitionId;
  position?: number;
  offsets?: PartitionOffsets;
  savedAtMs?: number;
  state?: HeldSize;
}

export function partitionMetrics(counters: Counters, clock: Clock): PartitionMetrics {
  let ours = new Map<number, Known>();
  let joined = false;
  const of = ({ partition }: PartitionId): Known | undefined => ours.get(partition);
  const samples = (read: (known: Known) => number | undefined) => (): readonly Sample[] =>
    [...ours.values()].flatMap((known) => {
      const value = read(known);
      const { topic, partition } = known.partition;
      return value === undefined ? [] : [{ labels: { topic, partition: String(partition) }, value }];
    });
  counters.gauge("answerable_consumer_lag_records", samples(lagOf));
  counters.gauge(
    "answerable_checkpoint_age_seconds",
    samples(({ savedAtMs }) => (savedAtMs === undefined ? undefined : (clock.nowMs() - savedAtMs) / 1000)),
  );
  counters.gauge(
    "answerable_state_identities",
    samples(({ state }) => state?.identities),
  );
  counters.gauge(
    "answerable_state_bytes",
    samples(({ state }) => state?.bytes),
  );
  counters.gauge(
    "answerable_held_actions",
    samples(({ state }) => state?.actions),
  );
  return {
    assigned(partitions) {
      joined = true;
      // Also of those that stay: another may have moved them on in between.
      ours = new Map(partitions.map((partition) => [partition.partition, { partition }]));
    },
    at(partition, position) {
      const known = of(partition);
      if (known !== undefined) known.position = position;
    },
    saved(partition) {
      const known = of(partition);
      if (known !== undefined) known.savedAtMs = clock.nowMs();
    },
    reportState(partition, size) {
      const known = of(partition);
      if (known !== undefined) known.state = size;
    },
    reportOffsets(all) {
      for (const offsets of all) {
        const known = ours.get(offsets.partition);
        if (known !== undefined) known.offsets = offsets;
      }
    },
    hasJoined: () => joined,
  };
}

/** Until a partition was worked on its position is what the group noted last, or its start. */
function lagOf({ position, offsets }: Known): number | undefined {
  if (offsets === undefined) return undefined;
  return Math.max(0, offsets.end - (position ?? offsets.committed ?? offsets.start));
}

/** A handler whose assignments and positions are shown. */
export function watched(handler: PartitionHandler, metrics: PartitionMetrics): PartitionHandler {
  return {
    ...handler,
    assigned(partitions) {
      metrics.assigned(partitions);
      handler.assigned(partitions);
    },
    async position(partition, isLost) {
      const position = await handler.position(partition, isLost);
      if (position !== undefined) metrics.at(partition, position);
      return position;
    },
    async handle(partition, records, isLost) {
      const handled = await handler.handle(partition, records, isLost);
      const position = handled.seek ?? handled.done;
      if (position !== undefined) metrics.at(partition, position);
      return handled;
    },
  };
}
