import type { Dice } from "./dice.ts";

/** A process of the simulated world. What a stopped one waits for stays, what a dead one waits for never comes. */
export interface Process {
  readonly id: number;
  state: "running" | "stopped" | "dead";
}

/** Lets everything that waits go on, one at a time, in an order that only the dice decide. */
export interface Turns {
  /**
   * Resolves when it is this one's turn, after `delay` turns of others at the earliest unless nobody else moves. Of no
   * process: the network's or the world's.
   */
  wait(process?: Process, delay?: number): Promise<void>;
  /** Deals turns until nobody waits and `onIdle` knows nothing that could go on either. */
  deal(onIdle: () => boolean): Promise<void>;
}

/** A world that needs more has two processes that undo each other for ever. */
const turnsMax = 20_000;

interface Waiting {
  readonly process: Process | undefined;
  /** The turn before which it doesn't go on. */
  readonly from: number;
  readonly go: () => void;
}

export function turnsOf(dice: Dice): Turns {
  let waiting: Waiting[] = [];
  let turn = 0;

  function nextOf(awake: readonly Waiting[]): Waiting | undefined {
    const due = awake.filter(({ from }) => from <= turn);
    if (due.length > 0) return due[dice.below(due.length)];
    return awake.toSorted((one, other) => one.from - other.from)[0];
  }

  return {
    wait: (process, delay = 0) =>
      new Promise((go) => {
        waiting.push({ process, from: turn + delay, go });
      }),
    async deal(onIdle) {
      for (; turn < turnsMax; turn += 1) {
        // All that can go on without a turn goes on before the next one: nothing depends on how deep promises nest.
        await new Promise((resolve) => setImmediate(resolve));
        waiting = waiting.filter(({ process }) => process?.state !== "dead");
        const next = nextOf(waiting.filter(({ process }) => process?.state !== "stopped"));
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

/**
 * What a process waits for that will not go on. One each time: who waits hangs on the promise, and with one for all no
 * world would ever be let go of.
 */
export const never = async (): Promise<never> => new Promise(() => undefined);
