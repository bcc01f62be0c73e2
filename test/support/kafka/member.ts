import type { LogRecord } from "../../../detector/stream/ports.ts";
import type {
  Gap,
  Handled,
  PartitionHandler,
  Reading,
  RecordSource,
} from "../../../detector/stream/record-source.ts";

/** A member of a group that notes what it is given. */
export interface Member {
  /** Partitions of each assignment, in their order. */
  readonly assignments: readonly (readonly number[])[];
  /** Offsets handled, of each partition in the order they came. */
  readonly offsets: ReadonlyMap<number, readonly number[]>;
  readonly gaps: readonly (Gap & { readonly partition: number })[];
  /** Most calls of `handle` of one partition that were under way at once. */
  readonly mostAtOnce: number;
  readonly running: Reading;
}

interface Behaviour {
  readonly position?: (partition: number) => number | undefined;
  /** Runs before records count as handled. */
  readonly during?: (
    partition: number,
    records: readonly LogRecord[],
    isLost: () => boolean,
  ) => Promise<Handled | void>;
}

/** Joins; everything handled is committed unless the behaviour says otherwise. */
export async function join(
  source: RecordSource,
  groupId: string,
  topic: string,
  { position = () => undefined, during = async () => undefined }: Behaviour = {},
): Promise<Member> {
  const assignments: (readonly number[])[] = [];
  const offsets = new Map<number, number[]>();
  const gaps: (Gap & { partition: number })[] = [];
  const underWay = new Map<number, number>();
  let mostAtOnce = 0;
  const handler: PartitionHandler = {
    assigned: (partitions) => void assignments.push(partitions.map((one) => one.partition)),
    position: async ({ partition }) => position(partition),
    overrun: async ({ partition }, gap) => void gaps.push({ partition, ...gap }),
    async handle({ partition }, records, isLost) {
      const atOnce = (underWay.get(partition) ?? 0) + 1;
      underWay.set(partition, atOnce);
      mostAtOnce = Math.max(mostAtOnce, atOnce);
      const handled = await during(partition, records, isLost);
      underWay.set(partition, atOnce - 1);
      offsets.set(partition, [...(offsets.get(partition) ?? []), ...records.map((one) => one.offset)]);
      return handled ?? { done: (records.at(-1)?.offset ?? -1) + 1 };
    },
  };
  const running = await source.consume(groupId, topic, handler);
  return {
    assignments,
    offsets,
    gaps,
    get mostAtOnce() {
      return mostAtOnce;
    },
    running,
  };
}
