/** What the decoder visits, in plain objects. */
import {
  asProtobuf,
  type Decoded,
  type DecodeLimits,
  defaultLimits,
  Dictionary,
  namesOf,
  type OtlpEncoding,
  readTraces,
  type RejectedSpan,
  SpanRow,
  spanKinds,
  spanStatuses,
} from "../../detector/decode/index.ts";
import type { ReadSpan } from "./span.ts";

interface Options {
  readonly limits?: DecodeLimits;
  /** The attributes to read. */
  readonly names?: readonly string[];
}

type Read =
  | { readonly ok: true; readonly spans: readonly ReadSpan[]; readonly rejected: readonly RejectedSpan[] }
  | Extract<Decoded, { ok: false }>;

/** Reads a request with the decoder. One row is used for all requests, as in production. */
export function decoded(bytes: Uint8Array, { limits = defaultLimits, names = [] }: Options = {}): Read {
  const row = rowOf(names);
  row.dictionary.clear();
  const spans: ReadSpan[] = [];
  const answer = readTraces(bytes, row, limits, () => spans.push(plain(row, names)));
  if (!answer.ok) return answer;
  if (answer.spans !== spans.length + answer.rejected.length)
    throw new Error(`${answer.spans} spans, ${spans.length} visited, ${answer.rejected.length} rejected`);
  return { ok: true, spans, rejected: answer.rejected };
}

/** The same of either encoding, and the protobuf it became. */
export function decodedOtlp(
  bytes: Uint8Array,
  encoding: OtlpEncoding,
  options: Options = {},
): { readonly decoded: Read; readonly protobuf: Uint8Array } {
  const taken = asProtobuf(bytes, encoding, options.limits ?? defaultLimits);
  if (!taken.ok) return { decoded: taken, protobuf: new Uint8Array(0) };
  return { decoded: decoded(taken.bytes, options), protobuf: taken.bytes };
}

const rows = new Map<string, SpanRow>();

function rowOf(names: readonly string[]): SpanRow {
  const key = JSON.stringify(names);
  const row = rows.get(key) ?? new SpanRow(new Dictionary(spanKinds), namesOf(names));
  if (rows.size > 50) rows.clear();
  rows.set(key, row);
  return row;
}

function plain(row: SpanRow, names: readonly string[]): ReadSpan {
  const { dictionary } = row;
  const hex = (at: number, length: number): string => dictionary.bytes.toString("hex", at, at + length);
  const text = (name: string): string => dictionary.text(row.code(name));
  const traceId = hex(row.traceIdAt, 16);
  if (text("trace.id") !== traceId) throw new Error(`trace ${traceId} is known as ${text("trace.id")}`);
  const present = names.filter((name) => row.code(name) !== 0);
  const lists = present.map((name) => [name, dictionary.listOf(row.code(name))] as const);
  return {
    index: row.index,
    traceId,
    spanId: hex(row.spanIdAt, 8),
    parentSpanId: row.parentIdAt < 0 ? "" : hex(row.parentIdAt, 8),
    name: text("span.name"),
    kind: spanKinds.find((kind) => kind === text("span.kind"))!,
    startedAtUs: row.startedAtUs,
    endedAtUs: row.endedAtUs,
    status: spanStatuses[row.status]!,
    attributes: new Map(present.map((name) => [name, text(name)])),
    lists: new Map(
      lists
        .filter(([, list]) => list.length > 0)
        .map(([name, list]) => [name, list.map((code) => dictionary.text(code))]),
    ),
    scopeName: text("scope.name"),
  };
}
