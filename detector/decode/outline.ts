import { Cursor } from "./cursor.ts";
import type { DecodeLimits } from "./limits.ts";

/** Tags of the messages around a span; their repeated parts all have the same kind of tag. */
const resourceSpansField = 0x0a;
const scopeSpansField = 0x12;
const spansField = 0x12;

/** Which bytes of a message are not the parts that are listed. */
interface Wrapper {
  /** Pairs of start and end: runs of fields that are not spans or do not lead to any. */
  readonly heads: number[];
}

/** A `ScopeSpans` that holds at least one span. */
export interface ScopeOutline extends Wrapper {
  /** Triples: start of the span's field (its tag), start of its content, end of both. */
  readonly spans: number[];
}

/** A `ResourceSpans` that holds at least one span. */
export interface ResourceOutline extends Wrapper {
  readonly scopes: ScopeOutline[];
}

/** Where the spans of a request lie, without a look into them. */
export interface Outline extends Wrapper {
  readonly resources: ResourceOutline[];
  readonly spanCount: number;
}

export type Outlined =
  | { readonly ok: true; readonly outline: Outline }
  | { readonly ok: false; readonly reason: "malformed" | "too_many_spans"; readonly text: string };

/**
 * Finds the spans of an `ExportTraceServiceRequest`
 * (https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto).
 *
 * The one walk over the bytes around the spans: decoding and splitting both build on it, so they cannot disagree about
 * where a span is or which ordinal it has. What it returns is bounded by the number of spans, not by the number of
 * empty wrappers somebody sends.
 */
export function outlineOf(
  bytes: Uint8Array,
  { spansMax }: Pick<DecodeLimits, "spansMax">,
  start = 0,
  end = bytes.length,
): Outlined {
  const cursor = new Cursor(bytes, start);
  cursor.pos = start;
  const resources: ResourceOutline[] = [];
  const heads: number[] = [];
  let spanCount = 0;
  walk(cursor, end, resourceSpansField, heads, (stop) => {
    const before = spanCount;
    const resource: ResourceOutline = { heads: [], scopes: [] };
    walk(cursor, stop, scopeSpansField, resource.heads, (scopeStop) => {
      const scope: ScopeOutline = { heads: [], spans: [] };
      walk(cursor, scopeStop, spansField, scope.heads, (spanStop, fieldStart) => {
        spanCount += 1;
        scope.spans.push(fieldStart, cursor.pos, spanStop);
        cursor.pos = spanStop;
        // One over the limit is enough to refuse; the rest of a flood is not even walked.
        if (spanCount > spansMax) cursor.fail("malformed", "there are too many spans");
        return true;
      });
      if (scope.spans.length > 0) resource.scopes.push(scope);
      return scope.spans.length > 0;
    });
    if (resource.scopes.length > 0) resources.push(resource);
    return spanCount > before;
  });
  if (spanCount > spansMax) {
    return { ok: false, reason: "too_many_spans", text: `the request holds more than ${spansMax} spans` };
  }
  if (cursor.trouble !== undefined) return { ok: false, reason: "malformed", text: cursor.trouble.text };
  return { ok: true, outline: { heads, resources, spanCount } };
}

/**
 * Walks the fields of one wrapper. `enter` gets the end of each part and must leave the place there; when it says that
 * the part is of no use, the part counts as head.
 */
function walk(
  cursor: Cursor,
  end: number,
  part: number,
  heads: number[],
  enter: (stop: number, fieldStart: number) => boolean,
): void {
  const known = 1 << (part >>> 3);
  while (cursor.pos < end) {
    const fieldStart = cursor.pos;
    const tag = cursor.varint(end);
    let isPart = false;
    if (tag === part) isPart = enter(cursor.block(end), fieldStart);
    else cursor.skip(tag, end, known);
    if (isPart) continue;
    // Runs that touch are one, so that there are never more runs than parts, plus one.
    if (heads.length > 0 && heads.at(-1) === fieldStart) heads[heads.length - 1] = cursor.pos;
    else heads.push(fieldStart, cursor.pos);
  }
}
