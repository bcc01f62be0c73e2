import { outlineOf, type ScopeOutline } from "./outline.ts";

/** Tags of `ExportTraceServiceRequest.resource_spans` and of `ResourceSpans.scope_spans`. */
const resourceSpansField = 0x0a;
const scopeSpansField = 0x12;

/** A message to come, in pieces: bytes of the request, or a tag and length made anew. */
interface Part {
  readonly pieces: Uint8Array[];
  length: number;
}

type Parts = Map<string, Part>;

/**
 * Splits the protobuf of an `ExportTraceServiceRequest` into one request a group. Spans, resources, scopes, schema URLs
 * and unknown fields are copied byte for byte, never re-encoded; only the tags and lengths around them are made anew.
 *
 * @param groupOf Group of the span with this ordinal, counted as `decodeTraces` counts; undefined drops the span.
 * @returns Requests by group, in the order in which the groups first appear; spans keep their order. Empty when the
 * request cannot be read, which `decodeTraces` tells with its reason, or when every span is dropped.
 *
 * @example
 * const parts = splitByGroup(body, (index) => groups.get(index));
 */
export function splitByGroup(
  bytes: Uint8Array,
  groupOf: (spanIndex: number) => string | undefined,
): ReadonlyMap<string, Uint8Array> {
  const outlined = outlineOf(bytes, { spansMax: Number.POSITIVE_INFINITY });
  if (!outlined.ok) return new Map();
  const { heads, resources } = outlined.outline;
  const requests: Parts = new Map();
  let index = 0;
  for (const resource of resources) {
    const inResource: Parts = new Map();
    for (const scope of resource.scopes) {
      const inScope = splitScope(bytes, scope, (ordinal) => groupOf(index + ordinal));
      for (const [group, part] of inScope) {
        addNested(partOf(inResource, group, bytes, resource.heads), scopeSpansField, part);
      }
      index += scope.spans.length / 3;
    }
    for (const [group, part] of inResource) {
      addNested(partOf(requests, group, bytes, heads), resourceSpansField, part);
    }
  }
  return new Map([...requests].map(([group, { pieces, length }]) => [group, Buffer.concat(pieces, length)]));
}

function splitScope(
  bytes: Uint8Array,
  { heads, spans }: ScopeOutline,
  groupOf: (ordinal: number) => string | undefined,
): Parts {
  const parts: Parts = new Map();
  for (let at = 0; at < spans.length; at += 3) {
    const group = groupOf(at / 3);
    if (group !== undefined)
      add(partOf(parts, group, bytes, heads), bytes.subarray(spans[at], spans[at + 2]));
  }
  return parts;
}

/** The part of a group; a new one begins with all that surrounds the spans. */
function partOf(parts: Parts, group: string, bytes: Uint8Array, heads: readonly number[]): Part {
  const known = parts.get(group);
  if (known !== undefined) return known;
  const part: Part = { pieces: [], length: 0 };
  for (let at = 0; at < heads.length; at += 2) add(part, bytes.subarray(heads[at], heads[at + 1]));
  parts.set(group, part);
  return part;
}

function add(part: Part, piece: Uint8Array): void {
  part.pieces.push(piece);
  part.length += piece.length;
}

function addNested(part: Part, tag: number, inner: Part): void {
  add(part, headOf(tag, inner.length));
  for (const piece of inner.pieces) add(part, piece);
}

/** A one-byte tag and a length. */
function headOf(tag: number, length: number): Uint8Array {
  const head = [tag];
  let rest = length;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) head.push((rest % 0x80) | 0x80);
  head.push(rest);
  return Uint8Array.from(head);
}
