import { type AttributeContext, type AttributeSink, readAttribute } from "./attributes.ts";
import { Cursor, type Trouble } from "./cursor.ts";
import { keyGroupCount } from "./key-group.ts";
import { type DecodeLimits, defaultLimits } from "./limits.ts";
import { type Outline, outlineOf, type ResourceOutline, type ScopeOutline } from "./outline.ts";
import { readName, readSpan } from "./read-span.ts";
import type { Attributes, Decoded, RejectedSpan, Span } from "./span.ts";
import { type NameTable, nameTable } from "./text.ts";

export interface DecodeOptions {
  readonly limits?: DecodeLimits;
  /** Names of the attributes to keep, all by default. Must not change once it has been used. */
  readonly wanted?: ReadonlySet<string> | undefined;
}

/** Field 1 of `ResourceSpans` (its resource) and of `ScopeSpans` (its scope); field 1 of both of these. */
const first = 0x0a;
const firstKnown = 1 << 1;

const none: Attributes = new Map();

/** Tables by the set they were made of; a program has one or two such sets. */
const tables = new WeakMap<ReadonlySet<string>, NameTable>();

/**
 * Decodes the protobuf of an OTLP `ExportTraceServiceRequest`
 * (https://opentelemetry.io/docs/specs/otlp/, https://protobuf.dev/programming-guides/encoding/).
 *
 * What is wrong inside one span costs that span; what is wrong in a resource or scope that breaks a limit or is not
 * UTF-8 costs the spans under it; what is wrong in the bytes around spans refuses the request. No bytes at all are a
 * request without spans. Of a repeated scalar the last counts, of a repeated attribute the first, unknown fields are
 * passed over, groups are refused. Never throws.
 *
 * @example
 * const decoded = decodeTraces(body, { wanted: new Set(["nhi.identity.id"]) });
 * if (decoded.ok) for (const span of decoded.spans) process(span);
 */
export function decodeTraces(
  bytes: Uint8Array,
  { limits = defaultLimits, wanted }: DecodeOptions = {},
): Decoded {
  if (bytes.length > limits.inflatedBytesMax) {
    const message = `The request is longer than ${limits.inflatedBytesMax} bytes.`;
    return { ok: false, reason: "too_large", message };
  }
  const outlined = outlineOf(bytes, limits);
  if (!outlined.ok) return { ok: false, reason: outlined.reason, message: sentence(outlined.text) };
  if (copiedBytes(outlined.outline) > limits.wrapperBytesMax) {
    const message = `The request repeats its resources and scopes beyond ${limits.wrapperBytesMax} bytes when split.`;
    return { ok: false, reason: "too_large", message };
  }
  return decodeOutlined(new Cursor(bytes), outlined.outline, { limits, wanted: tableOf(wanted) });
}

function decodeOutlined(cursor: Cursor, outline: Outline, context: AttributeContext): Decoded {
  const spans: Span[] = [];
  const rejected: RejectedSpan[] = [];
  let index = 0;
  const reject = (reason: RejectedSpan["reason"], text: string): void => {
    rejected.push({ index, reason, message: sentence(text) });
  };
  for (const one of outline.resources) {
    cursor.recover(0);
    const resource = readResource(cursor, one, context);
    const resourceTrouble = cursor.trouble;
    if (resourceTrouble?.reason === "malformed") return malformed("resource", resourceTrouble);
    for (const scope of one.scopes) {
      cursor.recover(0);
      const scopeName = readScopeName(cursor, scope, context);
      const scopeTrouble = cursor.trouble;
      if (scopeTrouble?.reason === "malformed") return malformed("scope", scopeTrouble);
      const around = { resource, scopeName, traceIdAt: -1, traceId: "" };
      for (let at = 0; at < scope.spans.length; at += 3, index += 1) {
        if (resourceTrouble !== undefined)
          reject(resourceTrouble.reason, `in the resource, ${resourceTrouble.text}`);
        else if (scopeTrouble !== undefined)
          reject(scopeTrouble.reason, `in the scope, ${scopeTrouble.text}`);
        else {
          cursor.recover(scope.spans[at + 1]!);
          const span = readSpan(cursor, scope.spans[at + 2]!, index, context, around);
          if (span === undefined) reject(cursor.trouble!.reason, `in the span, ${cursor.trouble!.text}`);
          else if ("text" in span) reject(span.reason, `the span cannot be used: ${span.text}`);
          else spans.push(span);
        }
      }
    }
  }
  return { ok: true, spans, rejected };
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
function readResource(cursor: Cursor, { heads }: ResourceOutline, context: AttributeContext): Attributes {
  const sink: AttributeSink = { kept: new Map(), count: 0 };
  eachFirst(cursor, heads, (stop) => {
    while (cursor.pos < stop) {
      const tag = cursor.varint(stop);
      if (tag === first) readAttribute(cursor, cursor.block(stop), context, sink);
      else cursor.skip(tag, stop, firstKnown);
    }
  });
  return sink.count === 0 ? none : sink.kept;
}

function readScopeName(cursor: Cursor, { heads }: ScopeOutline, { limits }: AttributeContext): string {
  let name = "";
  eachFirst(cursor, heads, (stop) => {
    while (cursor.pos < stop) {
      const tag = cursor.varint(stop);
      if (tag === first) name = readName(cursor, cursor.block(stop), limits.valueBytesMax);
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

function tableOf(wanted: ReadonlySet<string> | undefined): NameTable | undefined {
  if (wanted === undefined) return undefined;
  const known = tables.get(wanted);
  if (known !== undefined) return known;
  const made = nameTable(wanted);
  tables.set(wanted, made);
  return made;
}

/** A refusal as its sender reads it: one sentence. */
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
