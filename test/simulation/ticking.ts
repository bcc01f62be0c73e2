import type { DetectHandler } from "../../detector/roles/detect-handler.ts";
import type { Reading } from "../../detector/stream/record-source.ts";
import type { Process } from "./turns.ts";

/** The clock of the simulated world, and what each process does by it: it stores what quiet partitions hold back. */
export interface Ticking {
  readonly nowMs: () => number;
  add(process: Process, handler: DetectHandler, readToEnd: Reading["readToEnd"]): void;
  /** Lets time pass, so that all partitions that bring nothing right now are quiet. */
  tick(): void;
  /** To be told of each call over the network. */
  moved(): void;
  /** Whether something moved since the last tick. */
  isDue(): boolean;
}

export function tickingOf(onError: (error: unknown) => void): Ticking {
  const all: {
    readonly process: Process;
    readonly handler: DetectHandler;
    readonly readToEnd: Reading["readToEnd"];
    isAtIt: boolean;
    isOwed: boolean;
  }[] = [];
  let nowMs = 0;
  let hasMoved = true;
  return {
    nowMs: () => nowMs,
    add: (process, handler, readToEnd) =>
      void all.push({ process, handler, readToEnd, isAtIt: false, isOwed: false }),
    tick() {
      nowMs += 1;
      hasMoved = false;
      for (const one of all) {
        // One tick after the other, as in the role.
        if (one.process.state !== "running") continue;
        one.isOwed = one.isAtIt;
        if (one.isAtIt) continue;
        one.isAtIt = true;
        void one.handler
          .tick(one.readToEnd)
          .catch(onError)
          .finally(() => {
            one.isAtIt = false;
            // The role's ticks never end; here the one that was left out comes now.
            if (one.isOwed) hasMoved = true;
          });
      }
    },
    moved() {
      hasMoved = true;
    },
    isDue: () => hasMoved,
  };
}
