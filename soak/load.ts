import type { Producer } from "kafkajs";
import { kafkaClient } from "../test/support/shared.ts";
import { attribute, block, requestOf, spanContent } from "../test/support/otlp-bytes.ts";
import { protoRequest, type ToolCall } from "../test/support/tool-calls.ts";

/** What was sent, by what must become of it. */
export interface Sent {
  /** Different actions. */
  actions: number;
  /** Spans that carry no action. */
  noAction: number;
  /** Actions sent a second time. */
  again: number;
  /** Spans and records that nobody can take: dead letters. */
  broken: number;
}

export interface LoadOptions {
  readonly brokers: readonly string[];
  readonly topics: Readonly<Record<"raw" | "spans", string>>;
  /** Spans a second. */
  readonly rate: number;
  readonly draw: () => number;
  /** When the nth action began, in milliseconds; the 5th of January 2026 and on unless given. */
  readonly startMs?: (nth: number) => number;
}

/** A load under way. */
export interface Load {
  /** What was sent so far. */
  readonly sent: Readonly<Sent>;
  /** Has a broken span and an unreadable record sent with the next batch. */
  breakNext(): void;
  /** Ends it; resolves when all of it is with the broker. */
  end(): Promise<Sent>;
}

/** Spans of one request, and identities that take turns. */
const batch = 25;
const identities = 40;
/** Of a hundred requests: so many with a span without an action, sent twice, with a broken span, or no protobuf at all. */
const odds = { idle: 20, again: 6, broken: 3, unreadable: 2 };

/**
 * Sends traffic until it is ended, as agents do, and as nobody should, through the raw topic; a few unreadable records go
 * into the span topic itself. A producer that gets no answer sends again, so that a batch may lie in the topic twice.
 */
export function startLoad(options: LoadOptions, signal: AbortSignal): Load {
  const over = new AbortController();
  const sent: Sent = { actions: 0, noAction: 0, again: 0, broken: 0 };
  const next = { breaks: false };
  const sending = send(options, { sent, next }, AbortSignal.any([signal, over.signal]));
  // Told by whoever ends it.
  sending.catch(() => undefined);
  return {
    sent,
    breakNext: () => (next.breaks = true),
    async end() {
      over.abort();
      await sending;
      return sent;
    },
  };
}

async function send(
  options: LoadOptions,
  { sent, next }: { readonly sent: Sent; readonly next: { breaks: boolean } },
  signal: AbortSignal,
): Promise<void> {
  const { brokers, topics, rate, draw, startMs } = options;
  const producer = kafkaClient(brokers).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const happens = (part: number): boolean => draw() * 100 < part;
  const breaks = (part: number): boolean => happens(part) || next.breaks;
  try {
    while (!signal.aborted) {
      const first = sent.actions;
      const calls = Array.from({ length: batch }, (_, at) => callOf(first + at, startMs));
      const bodies: Buffer[] = [protoRequest(calls)];
      sent.actions += calls.length;
      if (happens(odds.again)) {
        bodies.push(bodies[0]!);
        sent.again += calls.length;
      }
      if (happens(odds.idle)) {
        bodies.push(requestOf(spanContent(ids(draw))));
        sent.noAction += 1;
      }
      if (breaks(odds.broken)) {
        bodies.push(requestOf(spanContent({ ...ids(draw), more: [tooLong] })));
        sent.broken += 1;
      }
      await put(producer, topics.raw, bodies);
      if (breaks(odds.unreadable)) {
        await put(producer, topics.spans, [Buffer.from("no protobuf")]);
        sent.broken += 1;
      }
      next.breaks = false;
      await pause((batch * 1000) / rate);
    }
  } finally {
    await producer.disconnect();
  }
}

/** A batch is of one identity, as an agent's exporter sends it. */
function callOf(ordinal: number, startMs: LoadOptions["startMs"]): ToolCall {
  const call = { identityId: `agent:${String(Math.floor(ordinal / batch) % identities)}`, ordinal };
  return startMs === undefined ? call : { ...call, startMs: startMs(ordinal) };
}

const tooLong = attribute("nhi.identity.id", block(1, "x".repeat(40_000)));

function ids(draw: () => number): { traceId: Buffer; spanId: Buffer } {
  const bytes = (length: number): Buffer =>
    Buffer.from(Array.from({ length }, () => 1 + Math.floor(draw() * 255)));
  return { traceId: bytes(16), spanId: bytes(8) };
}

async function put(producer: Producer, topic: string, values: readonly Buffer[]): Promise<void> {
  // Without a key, so that partitions take turns.
  await producer.send({ topic, acks: -1, messages: values.map((value) => ({ value })) });
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
