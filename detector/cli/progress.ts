import { SingleBar } from "cli-progress";
import type { Clock } from "../clock.ts";

/** How far something long-running is. */
export interface Progress {
  update(state: { readonly done: number; readonly total: number; readonly text: string }): void;
  /** Takes the bar away for a moment, so that a line can be printed in its place. */
  clear(): void;
  stop(): void;
}

/** Where progress is shown; a terminal or anything that takes lines. */
export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Time between two lines where there is no terminal, for example in a log of CI. */
const lineEveryMs = 5000;

/** A bar on a terminal, otherwise a line every few seconds; on stderr, so that stdout stays free for results. */
export function progressOn(stream: ProgressStream, clock: Clock): Progress {
  return stream.isTTY === true ? bar(stream) : plainLines(stream, clock);
}

function bar(stream: ProgressStream): Progress {
  const shown = new SingleBar({
    format: "{bar} {percentage}% | {text}",
    stream,
    hideCursor: true,
    clearOnComplete: true,
  });
  let begun = false;
  // The bar goes back to where it began when it stops, so it must not be there while a line is printed.
  const clear = (): void => {
    if (begun) shown.stop();
    begun = false;
  };
  return {
    update: ({ done, total, text }) => {
      if (begun) shown.update(done, { text });
      else shown.start(total, done, { text });
      begun = true;
    },
    clear,
    stop: clear,
  };
}

function plainLines(stream: ProgressStream, clock: Clock): Progress {
  let nextMs = clock.nowMs() + lineEveryMs;
  return {
    update: ({ done, total, text }) => {
      if (clock.nowMs() < nextMs) return;
      nextMs = clock.nowMs() + lineEveryMs;
      stream.write(`${total === 0 ? 100 : Math.floor((done / total) * 100)}% ${text}\n`);
    },
    clear: () => undefined,
    stop: () => undefined,
  };
}
