import { linesOf, type Splitter } from "./lines.ts";
import { actionReader, type LineReader, tooLong } from "./reader.ts";
import type { ReplaySpan } from "./span-of-line.ts";

/** A line that could not be used, and why. */
export interface BadLine {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

/** Lines `from` to `to` of one file; `spans` is empty when none of them could be used. */
export interface Batch {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  /** Lines read for it, bad ones counted, empty ones not. */
  readonly lines: number;
  readonly spans: readonly ReplaySpan[];
  readonly bad: readonly BadLine[];
  /** Bytes of the file on disk that were read by now. */
  readonly bytesRead: number;
}

export interface BatchOptions {
  readonly spansMax?: number;
  readonly afterLine?: number;
  /** What the lines are; recorded actions unless told. */
  readonly read?: LineReader;
  /** How a file is cut into them; by its line ends unless told. */
  readonly split?: () => Splitter;
}

/**
 * Reads a file into batches of `spansMax` spans or a line more, in the file's order, from the line after `afterLine` on. A bad line
 * costs its neighbours nothing.
 */
export async function* batchesOf(
  file: string,
  { spansMax = 500, afterLine = 0, read = actionReader, split }: BatchOptions = {},
): AsyncGenerator<Batch> {
  let draft = emptyDraft(afterLine + 1);
  let to = afterLine;
  let bytes = 0;
  const cut = (): Batch => ({ file, to, bytesRead: bytes, ...draft });
  for await (const { number, text, bytesRead } of linesOf(file, split?.())) {
    if (number <= afterLine) continue;
    to = number;
    bytes = bytesRead;
    if (text?.trim() === "") continue;
    draft.lines += 1;
    const line = text === undefined ? tooLong : await read(text);
    if (line.ok) draft.spans.push(...line.spans);
    else draft.bad.push({ file, line: number, reason: line.reason });
    // Bad lines fill a batch too, or a file of nothing else would be held in memory.
    if (Math.max(draft.lines, draft.spans.length) < spansMax) continue;
    yield cut();
    draft = emptyDraft(number + 1);
  }
  if (draft.lines > 0) yield cut();
}

interface Draft {
  readonly from: number;
  lines: number;
  readonly spans: ReplaySpan[];
  readonly bad: BadLine[];
}

function emptyDraft(from: number): Draft {
  return { from, lines: 0, spans: [], bad: [] };
}
