import { readAttribute } from "./attributes.ts";
import { Cursor, type Trouble } from "./cursor.ts";
import { empty } from "./dictionary.ts";
import { keyGroupCount } from "./key-group.ts";
import type { DecodeLimits } from "./limits.ts";
import { type Outline, outlineOf, type ResourceOutline, type ScopeOutline } from "./outline.ts";
import { readName, readSpan } from "./read-span.ts";
import type { SpanRow } from "./span-row.ts";
import type { Decoded, RejectedSpan } from "./span.ts";

/** Field 1 of `ResourceSpans` (its resource) and of `ScopeSpans` (its scope); field 1 of both of these. */
const first = 0x0a;
const firstKnown = 1 << 1;

/**
 * Reads the protobuf of an OTLP `ExportTraceServiceRequest`
 * (https://opentelemetry.io/docs/specs/otlp/, https://protobuf.dev/programming-guides/encoding/) span by span.
 *
 * What is wrong inside one span costs that span; what is wrong in a resource or scope that breaks a limit or is not
 * UTF-8 costs the spans under it; what is wrong in the bytes around spans refuses the request, and what was visited until
 * then must not be used. No bytes at all are a request without spans. Of a repeated scalar the last counts, of a
 * repeated attribute the first, unknown fields are passed over, groups are refused. Never throws.
 *
 * @param row Is filled anew for each span; its dictionary takes the bytes in.
 * @param visit Called once for each span that can be used.
 *
 * @example
 * const row = new SpanRow(new Dictionary(spanKinds), namesOf(["nhi.identity.id"]));
 * const decoded = readTraces(body, row, defaultLimits, () => process(row));
 */
export function readTraces(
  bytes: Uint8Array,
  row: SpanRow,
  limits: DecodeLimits,
  visit: () => void,
): Decoded {
  if (bytes.length > limits.inflatedBytesMax) {
    const message = `The request is longer than ${limits.inflatedBytesMax} bytes.`;
    return { ok: false, reason: "too_large", message };
  }
  const { dictionary } = row;
  const start = dictionary.load(bytes);
  const outlined = outlineOf(dictionary.bytes, limits, start, start + bytes.length);
  if (!outlined.ok) return { ok: false, reason: outlined.reason, message: sentence(outlined.text) };
  if (copiedBytes(outlined.outline) > limits.wrapperBytesMax) {
    const message = `The request repeats its resources and scopes beyond ${limits.wrapperBytesMax} bytes when split.`;
    return { ok: false, reason: "too_large", message };
  }
  return readOutlined(new Cursor(dictionary.bytes, start), outlined.outline, row, limits, visit);
}

function readOutlined(
  cursor: Cursor,
  outline: Outline,
  row: SpanRow,
  limits: DecodeLimits,
  visit: () => void,
): Decoded {
  const rejected: RejectedSpan[] = [];
  let index = 0;
  const reject = ({ reason, text }: Pick<RejectedSpan, "reason"> & { text: string }, where: string): void => {
    rejected.push({ index, reason, message: sentence(`${where}${text}`) });
  };
  for (const resource of outline.resources) {
    cursor.recover(0);
    readResource(cursor, resource, row, limits);
    const resourceTrouble = cursor.trouble;
    if (resourceTrouble?.reason === "malformed") return malformed("resource", resourceTrouble);
    for (const scope of resource.scopes) {
      cursor.recover(0);
      const scopeName = readScopeName(cursor, scope, row, limits);
      const scopeTrouble = cursor.trouble;
      if (scopeTrouble?.reason === "malformed") return malformed("scope", scopeTrouble);
      for (let at = 0; at < scope.spans.length; at += 3, index += 1) {
        if (resourceTrouble !== undefined) reject(resourceTrouble, "in the resource, ");
        else if (scopeTrouble !== undefined) reject(scopeTrouble, "in the scope, ");
        else {
          cursor.recover(scope.spans[at + 1]!);
          row.beginSpan(index, scopeName);
          const trouble = readSpan(cursor, scope.spans[at + 2]!, row, limits);
          if (cursor.trouble !== undefined) reject(cursor.trouble, "in the span, ");
          else if (trouble !== undefined) reject(trouble, "the span cannot be used: ");
          else visit();
        }
      }
    }
  }
  return { ok: true, spans: outline.spanCount, rejected };
}

/**
 * What splitting could write beside the spans at worst. A small body with one large resource and many identities would
 * otherwise become gigabytes.
 */
function copiedBytes({ heads, resources, spanCount }: Outline): number {
  let bytes = sizeOf(heads) * Math.min(spanCount, keyGroupCount);
  for (const resource of resources) {
    let inResource = 0;
    for (const scope of resource.scopes) {
      const inScope = scope.spans.length / 3;
      bytes += sizeOf(scope.heads) * Math.min(inScope, keyGroupCount);
      inResource += inScope;
    }
    bytes += sizeOf(resource.heads) * Math.min(inResource, keyGroupCount);
  }
  return bytes;
}

function sizeOf(heads: readonly number[]): number {
  let size = 0;
  for (let at = 0; at < heads.length; at += 2) size += heads[at + 1]! - heads[at]!;
  return size;
}

const malformed = (where: string, { text }: Trouble): Decoded => ({
  ok: false,
  reason: "malformed",
  message: sentence(`in the ${where}, ${text}`),
});

/** The attributes of a resource; a `ResourceSpans` without one has none and never those of its neighbour. */
function readResource(cursor: Cursor, { heads }: ResourceOutline, row: SpanRow, limits: DecodeLimits): void {
  row.beginResource();
  eachFirst(cursor, heads, (stop) => {
    while (cursor.pos < stop) {
      const tag = cursor.varint(stop);
      if (tag === first) readAttribute(cursor, cursor.block(stop), row, limits);
      else cursor.skip(tag, stop, firstKnown);
    }
  });
  row.endResource();
}

function readScopeName(cursor: Cursor, { heads }: ScopeOutline, row: SpanRow, limits: DecodeLimits): number {
  let name = empty;
  eachFirst(cursor, heads, (stop) => {
    while (cursor.pos < stop) {
      const tag = cursor.varint(stop);
      if (tag === first) name = readName(cursor, cursor.block(stop), row, limits);
      else cursor.skip(tag, stop, firstKnown);
    }
  });
  return name;
}

/** Visits field 1 wherever it stands among the heads: protobuf promises no order, and parts of one message merge. */
function eachFirst(cursor: Cursor, heads: readonly number[], visit: (stop: number) => void): void {
  for (let at = 0; at < heads.length && cursor.trouble === undefined; at += 2) {
    cursor.pos = heads[at]!;
    const end = heads[at + 1]!;
    while (cursor.pos < end) {
      const tag = cursor.varint(end);
      if (tag === first) visit(cursor.block(end));
      else cursor.skip(tag, end, firstKnown);
    }
  }
}

/** A refusal as its sender reads it: one sentence. */
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
