import { parseLine } from "./line.ts";
import { lineCharsMax, linesOf } from "./lines.ts";
import { spanOfLine, type ReplaySpan } from "./span-of-line.ts";

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

/**
 * Reads a file into batches of `spansMax` spans, in the file's order, from the line after `afterLine` on. A bad line
 * costs its neighbours nothing.
 */
export async function* batchesOf(
  file: string,
  { spansMax = 500, afterLine = 0 } = {},
): AsyncGenerator<Batch> {
  let draft = emptyDraft(afterLine + 1);
  let to = afterLine;
  let bytes = 0;
  const cut = (): Batch => ({ file, to, bytesRead: bytes, ...draft });
  for await (const { number, text, bytesRead } of linesOf(file)) {
    if (number <= afterLine) continue;
    to = number;
    bytes = bytesRead;
    if (text?.trim() === "") continue;
    draft.lines += 1;
    const span = readSpan(text);
    if (span.ok) draft.spans.push(span.span);
    else draft.bad.push({ file, line: number, reason: span.reason });
    // Bad lines fill a batch too, or a file of nothing else would be held in memory.
    if (draft.lines < spansMax) continue;
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

type ReadSpan =
  | { readonly ok: true; readonly span: ReplaySpan }
  | { readonly ok: false; readonly reason: string };

function readSpan(text: string | undefined): ReadSpan {
  if (text === undefined) return { ok: false, reason: `is longer than ${lineCharsMax} characters` };
  const parsed = parseLine(text);
  return parsed.ok ? { ok: true, span: spanOfLine(parsed.line) } : parsed;
}
