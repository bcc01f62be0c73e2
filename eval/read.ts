import { stat } from "node:fs/promises";
import { readFile } from "node:fs/promises";
import { openPlayer } from "../instrumentation/play/index.ts";
import { requestsOf } from "../detector/doctor/otlp-file.ts";
import { asProtobuf, type DecodeLimits, readTraces } from "../detector/decode/index.ts";
import { JsonObjects } from "../detector/replay/json-objects.ts";
import { linesOf, type Splitter } from "../detector/replay/lines.ts";
import { encodeSpans } from "../detector/replay/otlp.ts";
import { actionReader, cloudReader, conversationReader, type LineReader } from "../detector/replay/reader.ts";
import type { ReplaySpan } from "../detector/replay/span-of-line.ts";
import { shippedAttributor } from "../detector/roles/package-files.ts";
import type { Recorded, Request, Truth, Unread } from "./recorded.ts";

/** What is told while files are read. */
export interface Reading {
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytesRead: number) => void;
  readonly onUnread: (unread: Unread) => void;
  /** Takes away what only a library that follows values can tell. */
  readonly withoutLineage?: boolean;
}

/** What only an SDK that follows values can tell of an action. */
const lineageAttributes = new Set([
  "nhi.resource.origin",
  "nhi.resources.origin",
  "nhi.args.name",
  "nhi.args.origin",
  "nhi.args.instructed",
  "nhi.args.copied",
  "nhi.args.given",
  "nhi.action.asked",
]);

/** Requests of one span each, so that the log takes every action when it ended. */
export async function* actionsOf(file: string, reading: Reading): AsyncGenerator<Request> {
  yield* spansOf(file, actionReader, reading);
}

/** The same of CloudTrail's own files; a run is a session, and its actions are told apart by where their records stand in the file. */
export async function* cloudOf(file: string, reading: Reading): AsyncGenerator<Request> {
  yield* spansOf(file, cloudReader, reading, new JsonObjects());
}

/** The same of recorded conversations, played through the SDK with the tools as they are declared. */
export async function* conversationsOf(
  file: string,
  tools: string,
  reading: Reading,
): AsyncGenerator<Request> {
  const player = openPlayer(await readFile(tools, "utf8"));
  try {
    yield* spansOf(
      file,
      conversationReader((line) => player.play(line)),
      reading,
    );
  } finally {
    await player.stop();
  }
}

async function* spansOf(
  file: string,
  read: LineReader,
  reading: Reading,
  split?: Splitter,
): AsyncGenerator<Request> {
  for await (const { number, text, bytesRead } of linesOf(file, split)) {
    reading.signal?.throwIfAborted();
    reading.onProgress?.(bytesRead);
    if (text === "") continue;
    const line = text === undefined ? tooLong : await read(text);
    if (!line.ok) {
      reading.onUnread({ file, line: number, reason: line.reason });
      continue;
    }
    const told = text === undefined ? {} : besides(text);
    for (const span of line.spans) {
      const sent = reading.withoutLineage === true ? stripped(span) : span;
      yield { bytes: encodeSpans([sent]), atMs: span.endMs, recorded: [recordedOf(span, told, number)] };
    }
  }
}

const tooLong = { ok: false, reason: "is too long" } as const;

/** What stands on a line and is no part of the action: the run where it isn't the session, and truth. */
function besides(text: string): { readonly run?: string; readonly truth?: Truth } {
  // Played conversations and actions without truth have their session as their run.
  if (!text.includes('"label"')) return {};
  const { run_id: run, label, technique } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  if (typeof run !== "string" || typeof label !== "string") return {};
  return { run, truth: { label, ...(typeof technique === "string" && { technique }) } };
}

function recordedOf(
  { attributes }: ReplaySpan,
  { run, truth }: ReturnType<typeof besides>,
  line: number,
): Recorded {
  return {
    run: run ?? String(attributes["nhi.session.id"]),
    seq: Number(attributes["nhi.step"] ?? line),
    ...(truth !== undefined && { truth }),
  };
}

function stripped(span: ReplaySpan): ReplaySpan {
  const kept = Object.entries(span.attributes).filter(([name]) => !lineageAttributes.has(name));
  return { ...span, attributes: Object.fromEntries(kept) };
}

/** Requests of a file of OTLP as they are: runs are the sessions that spans name. */
export async function* otlpOf(file: string, limits: DecodeLimits, reading: Reading): AsyncGenerator<Request> {
  const row = shippedAttributor().newRow();
  let number = 0;
  for await (const request of requestsOf(file)) {
    reading.signal?.throwIfAborted();
    number += 1;
    const taken = request.ok ? asProtobuf(request.bytes, request.encoding, limits) : undefined;
    let atUs = 0;
    row.dictionary.clear();
    const read =
      taken?.ok === true
        ? readTraces(taken.bytes, row, limits, () => {
            atUs = Math.max(atUs, row.endedAtUs);
          })
        : undefined;
    if (taken?.ok === true && read?.ok === true) {
      if (read.spans > 0) yield { bytes: Uint8Array.from(taken.bytes), atMs: Math.ceil(atUs / 1000) };
      continue;
    }
    const reason = !request.ok
      ? request.why
      : taken?.ok === false
        ? taken.message
        : read?.ok === false
          ? read.message
          : "can't be read";
    reading.onUnread({ file, line: number, reason });
  }
}

/** Bytes of each file; asked first, so that a mistyped last one does not come out after minutes. */
export async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw new Error(`cannot read ${file}: there is no such file, or no permission`, { cause: error });
  }
}
