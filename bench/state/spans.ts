import { traceRequest } from "../../test/support/otlp-proto.ts";
import { spanCount } from "../agent-batch.ts";

/** Actions of one session, as many as recorded runs of real agents have. */
export const sessionLength = 8;

/** What is said of one span; all else repeats. */
export interface Spot {
  /** Number of its identity. */
  readonly identity: number;
  readonly session: number;
  /** Number of the span, of which no two are alike. */
  readonly span: number;
  readonly startMs: number;
}

/** Where the parts of one span stand in the bytes of a request. */
interface Places {
  readonly identity: number;
  readonly session: number;
  readonly traceId: number;
  readonly spanId: number;
  readonly start: number;
  readonly end: number;
}

const digits = 12;
const tools = ["tickets.search", "tickets.read", "tickets.update", "repo.read", "mail.send"];
const spanMs = 87;

/** The id of an identity. */
export const identityOf = (prefix: string, number: number): string =>
  `agent:${prefix}-${String(number).padStart(digits, "0")}`;

/**
 * Requests of 200 spans, made by changing a few bytes of one that a library encoded: what makes them must not take
 * longer than what is measured.
 */
export class SpanTemplate {
  readonly #bytes: Buffer;
  readonly #places: readonly Places[];

  constructor(prefix: string) {
    const slots = Array.from({ length: spanCount }, (_, at) => at);
    const scope = { name: "answerable", version: "0.1.0" };
    const spans = slots.map((at) => spanOf(prefix, at));
    const request = { resourceSpans: [{ resource: {}, scopeSpans: [{ scope, spans }] }] };
    this.#bytes = Buffer.from(traceRequest.encode(traceRequest.create(request)).finish());
    this.#places = placesOf(this.#bytes, prefix, slots);
  }

  /** A request whose span `nth` is where `spotOf(nth)` says. */
  request(spotOf: (nth: number) => Spot): Uint8Array {
    const bytes = Buffer.from(this.#bytes);
    this.#places.forEach((places, nth) => {
      const { identity, session, span, startMs } = spotOf(nth);
      writeDigits(bytes, places.identity, identity);
      writeDigits(bytes, places.session, session);
      bytes.writeDoubleBE(session + 1, places.traceId);
      bytes.writeDoubleBE(span + 1, places.spanId);
      writeNanos(bytes, places.start, startMs);
      writeNanos(bytes, places.end, startMs + spanMs);
    });
    return bytes;
  }
}

function spanOf(prefix: string, at: number): object {
  const tool = tools[at % tools.length]!;
  return {
    traceId: traceIdOf(at),
    spanId: spanIdOf(at),
    name: `execute_tool ${tool}`,
    kind: 1,
    startTimeUnixNano: markOf(0x5a, at),
    endTimeUnixNano: markOf(0x5b, at),
    attributes: attributesOf({
      "nhi.identity.id": identityOf(prefix, at),
      "nhi.identity.kind": "ai_agent",
      "nhi.action.kind": "tool_call",
      "nhi.action.name": tool,
      "nhi.resource.id": `crm/queue-${at % 31}`,
      "nhi.resource.kind": "object",
      "nhi.resource.origin": "prompt",
      "nhi.session.id": sessionOf(at),
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": tool,
      "server.address": "tools.internal.example",
    }),
  };
}

const attributesOf = (values: Readonly<Record<string, string>>): object[] =>
  Object.entries(values).map(([key, value]) => ({ key, value: { stringValue: value } }));

const sessionOf = (number: number): string => `run-${String(number).padStart(digits, "0")}`;
const traceIdOf = (at: number): Buffer => Buffer.from(`trace-id-${String(at).padStart(7, "0")}`);
const spanIdOf = (at: number): Buffer => Buffer.from(`span${String(at).padStart(4, "0")}`);

/** A number that stands in the bytes exactly once. */
const markOf = (mark: number, at: number): { low: number; high: number; unsigned: true } => ({
  low: (mark << 24) | (0x77 << 16) | at,
  high: 0x6d6d6d6d,
  unsigned: true,
});

function markBytes(mark: number, at: number): Buffer {
  const bytes = Buffer.alloc(8, 0x6d);
  bytes.writeInt32LE((mark << 24) | (0x77 << 16) | at, 0);
  return bytes;
}

function placesOf(bytes: Buffer, prefix: string, slots: readonly number[]): readonly Places[] {
  const find = (part: string | Buffer): number => {
    const at = bytes.indexOf(part);
    if (at === -1) throw new Error("the template lacks a part of a span");
    return at;
  };
  return slots.map((at) => ({
    identity: find(identityOf(prefix, at)) + `agent:${prefix}-`.length,
    session: find(sessionOf(at)) + "run-".length,
    traceId: find(traceIdOf(at)),
    spanId: find(spanIdOf(at)),
    start: find(markBytes(0x5a, at)),
    end: find(markBytes(0x5b, at)),
  }));
}

function writeDigits(bytes: Buffer, from: number, number: number): void {
  let rest = number;
  for (let at = from + digits - 1; at >= from; at -= 1) {
    bytes[at] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

/** Without big integers, which are objects: the garbage of the measurement must not be collected at the cost of what is measured. */
function writeNanos(bytes: Buffer, at: number, ms: number): void {
  const upper = Math.floor(ms / 2 ** 20) * 1e6;
  const lower = (ms % 2 ** 20) * 1e6 + (upper % 2 ** 12) * 2 ** 20;
  bytes.writeUInt32LE(lower % 2 ** 32, at);
  bytes.writeUInt32LE(Math.floor(upper / 2 ** 12) + Math.floor(lower / 2 ** 32), at + 4);
}
