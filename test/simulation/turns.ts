import type { Dice } from "./dice.ts";

/** A process of the simulated world. What a stopped one waits for stays, what a dead one waits for never comes. */
export interface Process {
  readonly id: number;
  state: "running" | "stopped" | "dead";
}

/** Lets everything that waits go on, one at a time, in an order that only the dice decide. */
export interface Turns {
  /** Resolves when it is this one's turn; of no process: the network's or the world's. */
  wait(process?: Process): Promise<void>;
  /** Waits for several turns, one after the other. */
  several(count: number, process?: Process): Promise<void>;
  /** Deals turns until nobody waits and `onIdle` knows nothing that could go on either. */
  deal(onIdle: () => boolean): Promise<void>;
}

/** A world that needs more has two processes that undo each other for ever. */
const turnsMax = 20_000;

export function turnsOf(dice: Dice): Turns {
  let waiting: { readonly process: Process | undefined; readonly go: () => void }[] = [];
  const wait = (process?: Process): Promise<void> => new Promise((go) => waiting.push({ process, go }));

  return {
    wait,
    async several(count, process) {
      for (let turn = 0; turn < count; turn += 1) await wait(process);
    },
    async deal(onIdle) {
      for (let turn = 0; turn < turnsMax; turn += 1) {
        // All that can go on without a turn goes on before the next one: nothing depends on how deep promises nest.
        await new Promise((resolve) => setImmediate(resolve));
        waiting = waiting.filter(({ process }) => process?.state !== "dead");
        const ready = waiting.filter(({ process }) => process === undefined || process.state === "running");
        const next = ready[dice.below(Math.max(ready.length, 1))];
        if (next === undefined) {
          if (onIdle()) continue;
          return;
        }
        waiting.splice(waiting.indexOf(next), 1);
        next.go();
      }
      throw new Error(`no end after ${String(turnsMax)} turns`);
    },
  };
}

/** What a process waits for that will not go on. */
export const never = new Promise<never>(() => undefined);
