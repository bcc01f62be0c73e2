import { appendFileSync, renameSync, statSync } from "node:fs";

/** A text file that can't fill the disk. */
export interface CappedLog {
  append(text: string): void;
  /** The last lines of this run, oldest first. */
  tail(): readonly string[];
}

export interface CappedLogOptions {
  readonly path: string;
  /** At this size the file becomes `path`.1, whose older content is lost. */
  readonly bytesMax?: number;
  readonly tailLinesMax?: number;
}

/**
 * Opens a log for appending. Writing is synchronous, because what a dying process said last is what somebody needs;
 * a disk that takes no more costs the file, never the caller.
 */
export function openCappedLog({
  path,
  bytesMax = 1_000_000,
  tailLinesMax = 20,
}: CappedLogOptions): CappedLog {
  let bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  let lines: readonly string[] = [];
  return {
    append: (text) => {
      lines = [...lines, ...text.split("\n").filter((line) => line.trim() !== "")].slice(-tailLinesMax);
      try {
        if (bytes > bytesMax) {
          renameSync(path, `${path}.1`);
          bytes = 0;
        }
        appendFileSync(path, text);
        bytes += Buffer.byteLength(text);
      } catch {
        // Nobody could be told but the reader of this file.
      }
    },
    tail: () => lines,
  };
}
