import type { Attributes, AttributeValue, HrTime, SpanContext, SpanKind } from "@opentelemetry/api";
import { attributes as known } from "../../schemas/attributes.ts";
import { urlShape } from "../redact/url-shape.ts";
import type { Redactor } from "../redact/redactor.ts";
import { wordOf } from "../redact/words.ts";
import { chainHopsMax, idCharsMax, stamped } from "../scope/stamp.ts";
import type { Entry, SpanScope } from "./finished-span.ts";

/** A span as it leaves: what the detector reads, without a secret, numbered. */
export interface LeavingSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly spanContext: () => SpanContext;
  readonly parentSpanContext?: SpanContext;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: { readonly code: number };
  readonly attributes: Attributes;
  readonly resource: Attributes;
  readonly scope: { readonly name: string; readonly version?: string };
}

/**
 * What may leave is a list, not what may not: the attributes that the detector reads. Texts of statements, headers,
 * messages, results and errors are not among them.
 */
const leaves: ReadonlySet<string> = new Set(known.map(({ name }) => name));
/** Of these only the shape leaves. */
const urls: ReadonlySet<string> = new Set(["url.full", "http.url"]);
/** Attributes of one span; the detector would not read more. */
const attributesMax = 128;
/** Entries of a list. */
const entriesMax = 128;

export interface Leaving {
  readonly redactor: Redactor;
  /** Spans dropped since the process started. */
  readonly dropped: () => number;
  /** What all spans of the process say; a span's own resource counts more. */
  readonly process: () => Attributes;
  /** Who this process is, once that is known: the last hop of every path that names no other identity. */
  readonly self: () => string | undefined;
}

/** Makes spans ready to leave; the first of each batch says what was dropped by then. */
export function leaving({
  redactor,
  dropped,
  process,
  self,
}: Leaving): (entry: Entry, isFirst: boolean) => LeavingSpan {
  const resources = new Map<Attributes | undefined, Attributes>();
  let before: Attributes | undefined;

  function resourceOf(own: Attributes | undefined): Attributes {
    const ours = process();
    // Few processes have more than one; whatever made thousands must not fill the memory.
    if (ours !== before || resources.size > 16) resources.clear();
    before = ours;
    const made = resources.get(own) ?? clean({ ...own, ...missingIn(own, ours) }, redactor);
    resources.set(own, made);
    return made;
  }

  return ({ span, seq }, isFirst) => {
    const attributes = clean(span.attributes, redactor);
    if (attributes["nhi.identity.id"] === undefined) endWith(self(), attributes);
    attributes["nhi.seq"] = seq;
    const redacted = redactor.take();
    if (redacted > 0) attributes["nhi.redaction.count"] = redacted;
    if (isFirst && dropped() > 0) attributes["nhi.dropped"] = dropped();
    const parent = span.parentSpanContext ?? legacyParent(span);
    const scope = span.instrumentationScope ?? span.instrumentationLibrary;
    return {
      name: redactor.text(span.name),
      kind: span.kind,
      spanContext: () => idsOf(span.spanContext()),
      ...(parent && { parentSpanContext: idsOf(parent) }),
      startTime: span.startTime,
      endTime: span.endTime,
      status: { code: span.status.code },
      attributes,
      resource: resourceOf(span.resource?.attributes),
      scope: scopeOf(scope, redactor),
    };
  };
}

/** The acting identity is the last hop; which it is may have been unknown when the span began. */
function endWith(self: string | undefined, attributes: Attributes): void {
  const chain = attributes["nhi.chain"];
  if (self === undefined || !Array.isArray(chain) || chain.at(-1) === self) return;
  attributes["nhi.chain"] = [...(chain as string[]).slice(0, chainHopsMax - 1), self];
}

/** Numbers count within the process, so all of its spans name it alike, whatever an SDK of the host calls it. */
function missingIn(own: Attributes | undefined, ours: Attributes): Attributes {
  if (own === undefined) return ours;
  return Object.fromEntries(
    Object.entries(ours).filter(([name]) => own[name] === undefined || name === "service.instance.id"),
  );
}

function clean(from: Attributes, redactor: Redactor): Attributes {
  const to: Attributes = {};
  let count = 0;
  for (const name in from) {
    if (!leaves.has(name) || count === attributesMax) continue;
    const value: unknown = from[name];
    const left =
      urls.has(name) && typeof value === "string"
        ? redactor.text(urlShape(value))
        : cleanValue(value, name, redactor);
    if (left === undefined) continue;
    to[name] = left;
    count += 1;
  }
  return to;
}

/** What is no attribute's value is left out: a host in JavaScript may give anything, bytes and objects with all they hold. */
function cleanValue(value: unknown, name: string, redactor: Redactor): AttributeValue | undefined {
  if (typeof value === "string") return cleanText(value, name, redactor);
  if (isPlain(value)) return value;
  if (!Array.isArray(value)) return undefined;
  const entries: readonly unknown[] = value.slice(0, entriesMax);
  if (entries.some((one) => typeof one === "string"))
    return entries.map((one) => (typeof one === "string" ? cleanText(one, name, redactor) : ""));
  if (entries.every((one) => typeof one === "number")) return entries.filter((one) => isPlain(one));
  return entries.every((one) => typeof one === "boolean") ? [...entries] : undefined;
}

function isPlain(value: unknown): value is number | boolean {
  return typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
}

/**
 * Ids that are drawn by chance as secrets are: one that has no known format passes for what it says it is. All others
 * were given by somebody, and are checked by their looks as well.
 */
const drawn: ReadonlySet<string> = new Set([
  "nhi.session.id",
  "session.id",
  "mcp.session.id",
  "gen_ai.conversation.id",
  "gen_ai.tool.call.id",
  "nhi.args.digest",
  "service.instance.id",
  "cicd.pipeline.run.id",
  "aws.request_id",
]);

/** Checked whole, then cut: a part of a secret may look like nothing. */
function cleanText(text: string, name: string, redactor: Redactor): string {
  const clean = redactor.text(wordOf(name, text), drawn.has(name) ? name : undefined);
  return clean.length > idCharsMax && stamped.has(name) ? clean.slice(0, idCharsMax) : clean;
}

/** Not `tracestate`: whoever called put into it what they liked, and nobody reads it. */
function idsOf({ traceId, spanId, traceFlags }: SpanContext): SpanContext {
  return { traceId, spanId, traceFlags };
}

function scopeOf(scope: SpanScope | undefined, redactor: Redactor): LeavingSpan["scope"] {
  const { name = "", version } = scope ?? {};
  return { name: redactor.text(name), ...(version !== undefined && { version: redactor.text(version) }) };
}

function legacyParent({ parentSpanId, spanContext }: Entry["span"]): SpanContext | undefined {
  return parentSpanId === undefined ? undefined : { ...spanContext(), spanId: parentSpanId };
}
