import { createHash } from "node:crypto";
import { readCloudRecord } from "./cloud-record.ts";
import { shippedCloudOperations } from "./cloud-table.ts";
import { parseLine } from "./line.ts";
import { lineCharsMax } from "./lines.ts";
import { type ReplaySpan, spanOfLine } from "./span-of-line.ts";

/** The spans of a line; the reason of a refusal never quotes what is in it. */
export type ReadLine =
  | { readonly ok: true; readonly spans: readonly ReplaySpan[] }
  | { readonly ok: false; readonly reason: string };

/** What the lines of a file are. */
export type LineReader = (text: string) => ReadLine | Promise<ReadLine>;

/** A line is a recorded action. */
export const actionReader: LineReader = (text) => {
  const parsed = parseLine(text);
  return parsed.ok ? { ok: true, spans: [spanOfLine(parsed.line)] } : parsed;
};

/** An object is a record of CloudTrail. */
export const cloudReader: LineReader = (text) => readCloudRecord(text, shippedCloudOperations());

/** A span of a played run; which it is, its place among the run's says. */
type PlayedSpan = Omit<ReplaySpan, "identityId" | "traceId" | "spanId">;

/** What plays a recorded conversation: the spans of its actions, in their order. */
export type Play = (line: string) => Promise<
  | {
      readonly ok: true;
      readonly run: string;
      readonly identity: string;
      readonly spans: readonly PlayedSpan[];
    }
  | { readonly ok: false; readonly reason: string }
>;

/** A line is a recorded conversation. Its actions get the ids that they would have as recorded actions. */
export function conversationReader(play: Play): LineReader {
  return async (text) => {
    const played = await play(text);
    if (!played.ok) return played;
    const { run, identity } = played;
    const spans = played.spans.map((span, nth) => ({
      ...span,
      identityId: identity,
      traceId: digits(`replay/${run}`, 32),
      spanId: digits(`${run}/${nth}`, 16),
    }));
    return { ok: true, spans };
  };
}

/** A line that could not be held. */
export const tooLong: ReadLine = { ok: false, reason: `is longer than ${lineCharsMax} characters` };

function digits(text: string, count: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, count);
}
