import { type Attributes, type Context, type Span, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { isCovered, running } from "../scope/scope.ts";
import { type FinishedSpan, isReadable } from "./finished-span.ts";
import type { SpanQueue } from "./queue.ts";
import { tellsStart } from "./urgency.ts";

/** A span of an SDK, or of ours, at its start. */
type StartedSpan = Span & FinishedSpan;

/**
 * OpenTelemetry's span processor, as all lines of its SDK know it. Says on every span of the process by whom and under
 * what it was made, tells of the beginning of what is of high risk, and hands over what has ended.
 */
export class OpenSpans {
  readonly #queue: SpanQueue;
  /** Sends what waits, for a host that asks its SDK to do so. */
  onFlush: () => Promise<void> = () => Promise.resolve();
  /** Spans of our own doings, made by a library that does not know that they are to be left out. */
  readonly #quiet = new WeakSet();
  #latest: unknown;
  #latestRequest: Span | undefined;

  /** Told of each span that the host's own instrumentation begins for an HTTP request. */
  onRequest: ((span: Span, url: string) => void) | undefined;

  constructor(queue: SpanQueue) {
    this.#queue = queue;
  }

  onStart(span: Span, _context?: Context): void {
    try {
      this.#latest = span;
      if (!isReadable(span)) return;
      const url = requestUrl(span);
      if (url !== undefined) this.#latestRequest = span;
      if (running().quiet === true || (url !== undefined && isCovered())) this.#quiet.add(span);
      else this.begin(span);
      if (url !== undefined) this.onRequest?.(span, url);
    } catch {
      // A frozen or foreign span stays as it is.
    }
  }

  /** Stamps a span, and tells of its beginning where that is worth it. */
  begin(span: StartedSpan): void {
    stampOn(span, running().stamp);
    if (tellsStart(span.attributes)) this.#tellStart(span);
  }

  /** Says that an action of high risk has begun: detection need not wait for its end. */
  #tellStart(span: FinishedSpan): void {
    const attributes = { ...span.attributes, "nhi.phase": "start" };
    this.#queue.push({
      ...lean(span),
      attributes,
      endTime: span.startTime,
      status: { code: SpanStatusCode.UNSET },
    });
  }

  /** Hands over a span of ours, which holds nothing that isn't sent. */
  ended(span: FinishedSpan): void {
    this.#queue.push(span);
  }

  onEnd(span: object): void {
    try {
      if (isReadable(span) && !this.#quiet.has(span)) this.#queue.push(lean(span));
    } catch {
      // Nothing that happens here may reach the host.
    }
  }

  /** The last span that the host's own instrumentation began for an HTTP request. */
  get latestRequest(): Span | undefined {
    return this.#latestRequest;
  }

  /** Whether a provider told us of the span that was just begun; else whoever began it has to. */
  wasTold(span: Span): boolean {
    const was = this.#latest === span;
    this.#latest = undefined;
    return was;
  }

  /**
   * The span that another instrumentation began for the call that is just being made: the latest of all, when it is of that
   * scope and name. Each is given once.
   */
  takeLatest(scope: string, name: string): Span | undefined {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Which SDK made it is unknown; each part is looked at.
    const latest = this.#latest as (Partial<StartedSpan> & Span) | undefined;
    const of = latest?.instrumentationScope ?? latest?.instrumentationLibrary;
    if (latest === undefined || of?.name !== scope || latest.name?.startsWith(name) !== true)
      return undefined;
    this.#latest = undefined;
    return latest;
  }

  forceFlush = (): Promise<void> => this.onFlush();
  /** The host may go on without its SDK; we are stopped by `stop` alone. */
  shutdown = (): Promise<void> => this.onFlush();
}

/** What is sent of a span: events and links, which may be large, are let go of. */
function lean(span: FinishedSpan): FinishedSpan {
  const context = span.spanContext();
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => context,
    parentSpanContext: span.parentSpanContext,
    parentSpanId: span.parentSpanId,
    startTime: span.startTime,
    endTime: span.endTime,
    status: span.status,
    attributes: span.attributes,
    resource: span.resource,
    instrumentationScope: span.instrumentationScope ?? span.instrumentationLibrary,
  };
}

/** Where a request goes that somebody else made a span for; undefined of all other spans. */
function requestUrl({ attributes, kind }: StartedSpan): string | undefined {
  if (kind !== SpanKind.CLIENT || attributes["nhi.action.kind"] !== undefined) return undefined;
  if ((attributes["http.request.method"] ?? attributes["http.method"]) === undefined) return undefined;
  const url = attributes["url.full"] ?? attributes["http.url"];
  return typeof url === "string" ? url : "";
}

/** What a span says of itself counts more than what it is within; who names another identity says all of it. */
function stampOn(span: StartedSpan, stamp: Attributes): void {
  const { attributes } = span;
  const isOther = attributes["nhi.identity.id"] !== undefined;
  for (const name in stamp) {
    const value = stamp[name];
    if (value === undefined || attributes[name] !== undefined) continue;
    if (!isOther || !ofIdentity.has(name)) span.setAttribute(name, value);
  }
}

const ofIdentity: ReadonlySet<string> = new Set([
  "nhi.identity.kind",
  "nhi.identity.owner",
  "nhi.attribution.source",
  "nhi.credential.id",
  "nhi.credential.type",
]);
