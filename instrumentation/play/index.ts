import { type AttributeValue, SpanStatusCode } from "@opentelemetry/api";
import type { LeavingSpan } from "../emit/leaving.ts";
import { Conversation } from "./conversation.ts";
import { player } from "./play.ts";
import { ToolTable } from "./tool-table.ts";

/** An action of a played run, as this SDK would have sent it; its ids are up to whoever replays it. */
export interface PlayedSpan {
  readonly name: string;
  readonly kind: "internal" | "client";
  readonly startMs: number;
  readonly endMs: number;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, string | number | boolean | string[]>>;
}

export type Played =
  | {
      readonly ok: true;
      readonly run: string;
      readonly identity: string;
      readonly spans: readonly PlayedSpan[];
    }
  | { readonly ok: false; readonly reason: string };

/** Plays lines of recorded conversations. */
export interface ConversationPlayer {
  /** The reason of a refusal names the field and never quotes its value. */
  play(line: string): Promise<Played>;
  stop(): Promise<void>;
}

/**
 * Plays recorded conversations through this SDK, as the agents would have been seen by it.
 *
 * @param tools text of the JSON file in which the tools are declared.
 * @throws Error with a sentence when it is no such file.
 */
export function openPlayer(tools: string): ConversationPlayer {
  const table = ToolTable.safeParse(parsed(tools));
  if (!table.success)
    throw new Error(`the tools are not declared as they should be: ${whatIsWrong(table.error)}`);
  const recorded = player(table.data);
  return {
    async play(line) {
      const read = Conversation.safeParse(parsed(line));
      if (!read.success) return { ok: false, reason: whatIsWrong(read.error) };
      const spans = await recorded.play(read.data);
      return { ok: true, run: read.data.run_id, identity: read.data.identity, spans: spans.map(playedSpan) };
    },
    stop: () => recorded.stop(),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function whatIsWrong({
  issues,
}: {
  readonly issues: readonly { path: PropertyKey[]; message: string }[];
}): string {
  return issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`))
    .join("; ");
}

function playedSpan({ name, attributes, startTime, endTime, status }: LeavingSpan, step: number): PlayedSpan {
  const { "nhi.seq": _, ...told } = attributes;
  return {
    name,
    kind: told["nhi.action.kind"] === "model_call" ? "client" : "internal",
    startMs: msOf(startTime),
    endMs: msOf(endTime),
    failed: status.code === SpanStatusCode.ERROR,
    attributes: { ...plain(told), "nhi.step": step },
  };
}

function plain(attributes: Readonly<Record<string, AttributeValue | undefined>>): PlayedSpan["attributes"] {
  const to: Record<string, string | number | boolean | string[]> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    to[name] = Array.isArray(value) ? value.map(String) : value;
  }
  return to;
}

function msOf([seconds, nanos]: readonly [number, number]): number {
  return seconds * 1000 + nanos / 1_000_000;
}
