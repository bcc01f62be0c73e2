import type { Dice } from "./dice.ts";
import type { Process, Turns } from "./turns.ts";

/** A member as its group knows it. */
export interface Member {
  readonly process: Process;
  /** Asks an idle member to join anew; one at work joins when it comes to an end. */
  poke(): void;
  /** Its heart beats, which is how a member at work hears that the group deals out anew. */
  beat(): void;
}

/** The broker's side of a consumer group: deals partitions out, at any time, and asks nobody's leave. */
export interface FakeGroup {
  readonly epoch: () => number;
  /** Lets a member in, if it is not; deals out anew when it was not. */
  enter(member: Member): void;
  /** Gives a member up for lost, and its partitions to the others. */
  drop(process: Process): void;
  rebalance(): void;
  partitionsOf(process: Process): readonly number[];
  /** Remembers a hint; refuses it from whoever has not heard of the newest deal. */
  commit(epoch: number, partition: number, offset: number): void;
  committed(partition: number): number | undefined;
}

export function fakeGroup(partitions: number, turns: Turns, dice: Dice): FakeGroup {
  let epoch = 0;
  let members: readonly Member[] = [];
  const offsets = new Map<number, number>();

  function rebalance(): void {
    epoch += 1;
    for (const member of members) {
      void turns.wait(member.process).then(() => member.poke());
      void turns.wait(member.process, dice.below(30)).then(() => member.beat());
    }
  }

  return {
    epoch: () => epoch,
    enter(member) {
      if (members.includes(member)) return;
      members = [...members, member];
      rebalance();
    },
    drop(process) {
      members = members.filter((member) => member.process !== process);
      rebalance();
    },
    rebalance,
    // Dealt by the epoch, so that partitions move each time.
    partitionsOf: (process) =>
      Array.from({ length: partitions }, (_, partition) => partition).filter(
        (partition) => members[(partition + epoch) % members.length]?.process === process,
      ),
    commit(of, partition, offset) {
      if (of !== epoch) throw new Error("the group is rebalancing");
      offsets.set(partition, offset);
    },
    committed: (partition) => offsets.get(partition),
  };
}
