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
 * Calls `work` when nothing else is left to do in the process, which ends once it is done. A process that is ended by
 * `process.exit` or a signal doesn't come here: to catch those would change what the host does. Gives back what undoes it.
 */
export function onceAtExit(work: () => Promise<void>): () => void {
  const run = (): void => void work();
  process.on("beforeExit", run);
  return () => void process.off("beforeExit", run);
}
