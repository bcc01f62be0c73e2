import { PolicyBook } from "../../policy/book.ts";
import { isAnswer } from "../../policy/safeguards.ts";
import type { Clock } from "../clock.ts";
import { quietly } from "../quietly.ts";
import type { ServerEvent } from "./event-stream.ts";
import { guardLimits } from "./limits.ts";
import { type ToldRecord, toldRecord } from "./record-check.ts";

/** A clock of a service that goes ahead by more is not believed. Microseconds. */
const aheadUsMax = 24 * 3600 * 1_000_000;

/**
 * What people decided of the identities of this process, as the service told it: folded as events come, and how long ago that
 * was. Never throws.
 */
export class PolicySnapshot {
  #book = new PolicyBook();
  /** Of whom the service was asked when it told what stands. */
  #known: ReadonlySet<string> = new Set();
  #records = 0;
  #chars = 0;
  #heardMs: number | undefined;
  #latestUs = 0;
  #tenant: string;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #cursor: string | undefined;
  /** Place of the control log up to which all was told; -1 before anything was. */
  position = -1;
  /** The same of the log of what playbooks answered. */
  #answers = -1;
  /** Entries that could not be read. */
  unreadable = 0;

  constructor(clock: Clock, tenant: string) {
    this.#clock = clock;
    this.#tenant = tenant;
  }

  get book(): PolicyBook {
    return this.#book;
  }

  /** The tenant as whom the service knows us, which counts more than what we call ourselves. */
  get tenant(): string {
    return this.#tenant;
  }

  knows(identityId: string): boolean {
    return this.#known.has(identityId);
  }

  /** For how long nothing was heard, in milliseconds; undefined before anything was. */
  ageMs(): number | undefined {
    return this.#heardMs === undefined ? undefined : this.#clock.elapsedMs() - this.#heardMs;
  }

  /** Where to resume; undefined before anything was told, or where all must be told anew. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /**
   * Now, and no earlier than what was decided last: a clock of ours that is behind must not keep a revocation waiting.
   * Microseconds since 1970.
   */
  nowUs(): number {
    return Math.max(this.#clock.nowMs() * 1000, this.#latestUs);
  }

  /** Reads one event of a connection that asked for `identities`. Full: all that stands has to be told anew. */
  take(
    { event, data, id }: ServerEvent,
    identities: ReadonlySet<string>,
  ): "heard" | "unread" | "full" | "behind" {
    if (event === "snapshot" && this.#isBehind(id)) return "behind";
    const isRead = quietly(() => this.#read(event, data, identities)) ?? false;
    if (!isRead) {
      this.unreadable += 1;
      return "unread";
    }
    this.#heardMs = this.#clock.elapsedMs();
    if (id !== "" && (event === "snapshot" || !this.#isPast(id))) this.#isAt(id);
    const isFull = this.#records > guardLimits.recordsMax || this.#chars > guardLimits.recordCharsMax;
    // What stands is less than all that was ever said.
    if (isFull) this.#isAt(undefined);
    for (const listener of this.#listeners) listener();
    return isFull ? "full" : "heard";
  }

  /** Calls `listener` whenever something was heard; gives back what ends that. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Read here and not when it is asked for, which each call does. */
  #isAt(cursor: string | undefined): void {
    this.#cursor = cursor;
    [this.position, this.#answers] = placesOf(cursor);
  }

  /**
   * Whether a service knows less than was told already, as one of several that has read less far: what it would take back is a
   * revocation, perhaps. Believed once nothing else was heard for long, as logs may be made anew.
   */
  #isBehind(cursor: string): boolean {
    return (this.ageMs() ?? Infinity) <= guardLimits.behindMs && this.#isPast(cursor);
  }

  #isPast(cursor: string): boolean {
    const [position, answers] = placesOf(cursor);
    return position < this.position || answers < this.#answers;
  }

  /** Whether an entry comes again, out of its order: what was said since counts, and not what it says. */
  #isTold({ position, record }: ToldRecord): boolean {
    const isOfPlaybook = record.kind === "standing_set" && isAnswer(record);
    return position < (isOfPlaybook ? this.#answers : this.position);
  }

  /** False where the event says nothing that counts. */
  #read(event: string, data: string, identities: ReadonlySet<string>): boolean {
    if (event === "beat") return this.#heardMs !== undefined;
    if (event !== "snapshot" && event !== "entry") return false;
    const told: unknown = JSON.parse(data);
    if (event === "entry") {
      // Without what stood before, an entry says too little.
      if (this.#heardMs === undefined) return false;
      this.#chars += data.length;
      this.#enter(this.#book, told, (entry) => this.#isTold(entry));
      return true;
    }
    const records: unknown = Reflect.get(Object(told), "records");
    if (!Array.isArray(records) || records.length > guardLimits.recordsMax) return false;
    const book = new PolicyBook();
    this.#records = 0;
    this.#chars = data.length;
    for (const one of records) this.#enter(book, one);
    this.#book = book;
    this.#known = new Set(identities);
    return true;
  }

  #enter(book: PolicyBook, told: unknown, isTold: (entry: ToldRecord) => boolean = () => false): void {
    const entry = toldRecord(told);
    if (entry !== undefined && isTold(entry)) return;
    if (entry === undefined || quietly(() => enter(book, entry)) !== true) {
      this.unreadable += 1;
      return;
    }
    const { atUs, tenant } = entry.record;
    this.#records += 1;
    this.#tenant = tenant;
    if (atUs < this.#clock.nowMs() * 1000 + aheadUsMax) this.#latestUs = Math.max(this.#latestUs, atUs);
  }
}

function enter(book: PolicyBook, { position, record }: ToldRecord): true {
  book.enter(position, record);
  return true;
}

/** Next places of both logs, as a cursor says them; -1 where it doesn't. */
function placesOf(cursor: string | undefined): [control: number, answers: number] {
  const [, control, answers] = /^c(\d{1,15})\.s(\d{1,15})$/u.exec(cursor ?? "") ?? [];
  return [Number(control ?? -1), Number(answers ?? -1)];
}
