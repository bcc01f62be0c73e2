import type { Attributes, AttributeValue, HrTime, SpanContext, SpanKind } from "@opentelemetry/api";
import { attributes as known } from "../../schemas/attributes.ts";
import { urlShape } from "../redact/url-shape.ts";
import type { Redactor } from "../redact/redactor.ts";
import { chainHopsMax } from "../scope/stamp.ts";
import type { Entry } from "./finished-span.ts";

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
      spanContext: () => span.spanContext(),
      ...(parent && { parentSpanContext: parent }),
      startTime: span.startTime,
      endTime: span.endTime,
      status: { code: span.status.code },
      attributes,
      resource: resourceOf(span.resource?.attributes),
      scope: { name: scope?.name ?? "", ...(scope?.version !== undefined && { version: scope.version }) },
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
    const value = from[name];
    if (value === undefined) continue;
    to[name] =
      urls.has(name) && typeof value === "string"
        ? redactor.text(urlShape(value))
        : cleanValue(value, name, redactor);
    count += 1;
  }
  return to;
}

function cleanValue(value: AttributeValue, name: string, redactor: Redactor): AttributeValue {
  if (typeof value === "string") return redactor.text(value, name);
  if (!Array.isArray(value) || typeof value.find((one) => one !== null && one !== undefined) !== "string")
    return value;
  return value.slice(0, entriesMax).map((one) => (typeof one === "string" ? redactor.text(one, name) : ""));
}

function legacyParent({ parentSpanId, spanContext }: Entry["span"]): SpanContext | undefined {
  return parentSpanId === undefined ? undefined : { ...spanContext(), spanId: parentSpanId };
}
