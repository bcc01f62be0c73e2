import type { AttributeValue } from "@opentelemetry/api";
import type { Entry, FinishedSpan } from "./finished-span.ts";
import { Lane } from "./lane.ts";
import { isUrgent } from "./urgency.ts";

export interface QueueLimits {
  /** Spans that wait; beyond, the oldest of low risk is dropped, then the oldest of high risk. */
  readonly spansMax: number;
  /** What they may hold in memory together, in bytes, estimated. */
  readonly bytesMax: number;
}

/** What was dropped since the process started. */
export interface Drops {
  readonly low: number;
  readonly high: number;
}

/** Spans that wait to be sent, those of high risk apart. Numbers them as they come, so that a drop leaves a gap. */
export class SpanQueue {
  readonly #limits: QueueLimits;
  readonly #low = new Lane();
  readonly #high = new Lane();
  readonly #dropped = { low: 0, high: 0 };
  #next = 0;
  /** Taken and not yet settled: under way to the receiver. */
  #out = 0;
  #isClosed = false;
  /** Told of each span that came, and whether it is of high risk. */
  onSpan: (urgent: boolean) => void = () => undefined;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** Spans that could be taken now. */
  get length(): number {
    return this.#low.length + this.#high.length;
  }

  /** Spans of which nobody knows yet what becomes of them: those that could be taken, and those under way. */
  get waiting(): number {
    return this.length + this.#out;
  }

  get hasUrgent(): boolean {
    return this.#high.length > 0;
  }

  get dropped(): Drops {
    return { ...this.#dropped };
  }

  /** Spans that were handed over since the process started. */
  get taken(): number {
    return this.#next;
  }

  push(span: FinishedSpan): void {
    if (this.#isClosed) return;
    const urgent = isUrgent(span.attributes);
    const entry = { span, seq: this.#next, urgent, bytes: sizeOf(span) };
    this.#next += 1;
    (urgent ? this.#high : this.#low).push(entry);
    this.#makeRoom();
    this.onSpan(urgent);
  }

  /** The next spans to be sent, those of high risk first. Whoever takes them says with `settle` or `putBack` what became of them. */
  take({ spansMax, bytesMax, urgentOnly = false }: Take): Entry[] {
    const entries: Entry[] = [];
    let bytes = 0;
    while (entries.length < spansMax) {
      const lane = this.#high.length > 0 || urgentOnly ? this.#high : this.#low;
      // One that is larger than a whole request goes alone.
      if (entries.length > 0 && bytes + lane.nextBytes > bytesMax) break;
      const entry = lane.shift();
      if (entry === undefined) break;
      bytes += entry.bytes;
      entries.push(entry);
    }
    this.#out += entries.length;
    return entries;
  }

  /** What was taken is sent or refused: no longer ours. */
  settle(entries: readonly Entry[]): void {
    this.#out -= entries.length;
  }

  /** Puts back what could not be sent. */
  putBack(entries: readonly Entry[]): void {
    this.#out -= entries.length;
    this.#high.unshift(entries.filter(({ urgent }) => urgent));
    this.#low.unshift(entries.filter(({ urgent }) => !urgent));
    this.#makeRoom();
  }

  /** Takes no more spans: nobody would send them. */
  close(): void {
    this.#isClosed = true;
  }

  #makeRoom(): void {
    const { spansMax, bytesMax } = this.#limits;
    while (this.length > spansMax || this.#low.bytes + this.#high.bytes > bytesMax) {
      const isLow = this.#low.shift() !== undefined;
      if (!isLow && this.#high.shift() === undefined) return;
      this.#dropped[isLow ? "low" : "high"] += 1;
    }
  }
}

/** How much is taken at once. */
export interface Take {
  readonly spansMax: number;
  readonly bytesMax: number;
  /** Leaves those of low risk where they are. */
  readonly urgentOnly?: boolean;
}

/** What a span takes beside its texts: the objects of an SDK, ids, instants. Bytes. */
const spanBytes = 1024;

function sizeOf({ name, attributes }: FinishedSpan): number {
  let bytes = spanBytes + name.length;
  for (const key in attributes) bytes += key.length + valueSize(attributes[key]);
  return bytes;
}

function valueSize(value: AttributeValue | undefined): number {
  if (typeof value === "string") return value.length;
  if (!Array.isArray(value)) return 8;
  let bytes = 16;
  for (const one of value) bytes += typeof one === "string" ? one.length : 8;
  return bytes;
}
