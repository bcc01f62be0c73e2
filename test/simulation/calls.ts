import type { Dice } from "./dice.ts";
import type { Seen } from "./seen.ts";
import { never, type Process, type Turns } from "./turns.ts";

/**
 * How an awaited call may end. The process dies or is told of an error, and the call took effect before that, or never,
 * or does so much later ("late"). Or the process is stopped before the call, and goes on with it when it wakes.
 */
export type Fate = "none" | Disturbance;
export type Disturbance = (typeof deaths)[number] | (typeof errors)[number] | "stop";
export const deaths = ["die-after", "die-before", "die-late"] as const;
export const errors = ["fail-after", "fail-before", "fail-late"] as const;

/** Decides the fate of each awaited call of all processes, in the order in which they are made. */
export type Fates = () => Fate;

/** What becomes of a process that dies or is stopped; the world finds another. */
interface Consequences {
  die(process: Process): void;
  stop(process: Process): void;
}

/** A call over the network. `work` must await what `fault()` gives before each of its effects. */
export type Call = <T>(work: (fault: () => Promise<void>) => Promise<T>) => Promise<T>;

interface Network {
  readonly turns: Turns;
  readonly dice: Dice;
  readonly fates: Fates;
  readonly consequences: Consequences;
  readonly seen: Seen;
}

/** The network between one process and its servers: each effect has a way there and a way back, and a fate. */
export function callOf(process: Process, { turns, dice, fates, consequences, seen }: Network): Call {
  /** The way there; ends when the call takes effect. */
  async function there(fate: Fate, fail: (error: Error) => void): Promise<void> {
    if (fate === "stop") consequences.stop(process);
    await turns.wait(process);
    if (fate === "fail-before") throw new Error("the call did not reach the server");
    if (fate === "die-before" || fate === "die-late") consequences.die(process);
    if (fate === "die-before") await never();
    if (fate === "fail-late") fail(new Error("no answer in time"));
    if (fate !== "die-late" && fate !== "fail-late") return;
    await turns.wait(undefined, dice.below(60));
    seen("late effect");
  }

  /** The way back; never ends when the process doesn't wait for an answer any more. */
  async function back(fate: Fate): Promise<void> {
    if (fate === "fail-late" || fate === "die-late") await never();
    await turns.wait(process);
    if (fate === "fail-after") throw new Error("the answer was lost");
    if (fate !== "die-after") return;
    consequences.die(process);
    await never();
  }

  return (work) =>
    new Promise((resolve, reject) => {
      let before: Fate | undefined;
      const fault = async (): Promise<void> => {
        if (before !== undefined) await back(before);
        before = fates();
        await there(before, reject);
      };
      const done = async (): Promise<void> => {
        const result = await work(fault);
        if (before !== undefined) await back(before);
        resolve(result);
      };
      // Nobody is left to be told of an error either.
      done().catch((error: unknown) => process.state !== "dead" && reject(error));
    });
}
