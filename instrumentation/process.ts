import process from "node:process";

/** What of the host process is touched, from one place. */
export const pid = process.pid;

/** Says once what is wrong, as Node says its own warnings. */
export function warn(problem: string): void {
  process.emitWarning(problem, { type: "AnswerableWarning" });
}

export function writeLine(line: string): void {
  process.stderr.write(line);
}

/** Whether those who read what is written see colours; `NO_COLOR` and `FORCE_COLOR` are heard. */
export function hasColors(): boolean {
  const { stderr } = process;
  return stderr.isTTY && stderr.hasColors();
}

/**
 * Calls `work` when nothing else is left to do in the process, which ends once it is done. What it does counts as work of the
 * process, so Node comes here again when it is done, and tells the host so again, which may record what it does then: whatever
 * comes sooner than `againMs` after we were done is our own echo and is not answered, or the process would never end.
 * A process that is ended by `process.exit` or a signal doesn't come here: to catch those would change what the host does.
 * Gives back what undoes it.
 *
 * @param elapsedMs a stopwatch.
 */
export function atExit(work: () => Promise<void>, elapsedMs: () => number, againMs = 1000): () => void {
  let isRunning = false;
  let doneMs = Number.NEGATIVE_INFINITY;
  const over = (): void => {
    isRunning = false;
    doneMs = elapsedMs();
  };
  const run = (): void => {
    if (isRunning || elapsedMs() - doneMs < againMs) return;
    isRunning = true;
    // After the host's own listeners, which may do something worth telling.
    process.nextTick(() => void work().then(over, over));
  };
  process.on("beforeExit", run);
  return () => void process.off("beforeExit", run);
}

const handedOn = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Tells of signals that ask this process to end, which then doesn't by itself. Gives back what undoes it. */
export function onSignal(listener: (signal: NodeJS.Signals) => void): () => void {
  for (const signal of handedOn) process.on(signal, listener);
  return () => {
    for (const signal of handedOn) process.off(signal, listener);
  };
}

/** Ends this process by a signal, as another process was. */
export function endBy(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal);
}
