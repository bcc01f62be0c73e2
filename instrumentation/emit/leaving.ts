import type { Attributes, HrTime, SpanContext, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { Redactor } from "../redact/redactor.ts";
import { chainHopsMax, cutChain } from "../scope/stamp.ts";
import { clean } from "./clean.ts";
import type { Entry, SpanScope } from "./finished-span.ts";
import { resourceMaker } from "./resources.ts";

/** A span as it leaves: what the detector reads, without a secret, numbered. */
export interface LeavingSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly spanContext: () => SpanContext;
  readonly parentSpanContext?: SpanContext;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: { readonly code: SpanStatusCode };
  readonly attributes: Attributes;
  readonly resource: Attributes;
  readonly scope: { readonly name: string; readonly version?: string };
}

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
  const resourceOf = resourceMaker(process, (attributes) => clean(attributes, redactor));

  return ({ span, seq }, isFirst) => {
    const attributes = clean(span.attributes, redactor);
    if (attributes["nhi.identity.id"] === undefined) endWith(self(), attributes, redactor);
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
      resource: resourceOf(span.resource),
      scope: scopeOf(scope, redactor),
    };
  };
}

/** The acting identity is the last hop; which it is may have been unknown when the span began. */
function endWith(name: string | undefined, attributes: Attributes, redactor: Redactor): void {
  const chain: unknown = attributes["nhi.chain"];
  if (name === undefined || !Array.isArray(chain)) return;
  const self = redactor.text(name);
  if (chain.at(-1) === self) return;
  const hops = [...chain.map(String), self];
  attributes["nhi.chain"] = cutChain(hops);
  if (hops.length > chainHopsMax)
    attributes["nhi.chain.depth"] = Math.max(hops.length, Number(attributes["nhi.chain.depth"] ?? 0) + 1);
}

/** Not `tracestate`: whoever called put into it what they liked, and nobody reads it. */
function idsOf({ traceId, spanId, traceFlags }: SpanContext): SpanContext {
  return { traceId, spanId, traceFlags };
}

function scopeOf(scope: SpanScope | undefined, redactor: Redactor): LeavingSpan["scope"] {
  const { name = "", version } = scope ?? {};
  return { name: redactor.text(name), ...(version !== undefined && { version: redactor.text(version) }) };
}

function legacyParent(span: Entry["span"]): SpanContext | undefined {
  return span.parentSpanId === undefined ? undefined : { ...span.spanContext(), spanId: span.parentSpanId };
}
