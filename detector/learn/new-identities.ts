import { ByteReader, type ByteWriter } from "../bytes.ts";

const hourMs = 3_600_000;
/** What the runtime takes for an instant; a log's time beyond it is taken as this. */
const lastMs = 8.64e15;
/** Version of the packed form, which is no identity's; a new form gets a new number and a way to read the old one. */
const packedVersion = 1;
/**
 * The new identities that one source brought within an hour of the log's time. Hours are fixed, and are the log's, so that
 * no sender decides when one begins and a replay counts alike.
 */
export class NewIdentities {
  /** Hours since 1970; of none yet below all that come. */
  hour = -2;
  /** New identities that were admitted in it. */
  count = 0;
  /** Ordinal of the action that brought the first of them. */
  sinceOrdinal = 0;
  /** Whether it was said that there are too many. */
  isTold = false;

  /** When the hour began, milliseconds since 1970. */
  get sinceMs(): number {
    return this.hour * hourMs;
  }

  /**
   * Turns to the hour of an instant of the log, and begins to count anew in another one. The hour before goes on counting
   * as this one: around its end the order of judging mixes both. What lies further back is a clock that was set right.
   */
  turnTo(atMs: number, ordinal: number): void {
    const hour = Math.floor(Math.min(Math.max(atMs, 0), lastMs) / hourMs);
    if (hour === this.hour || hour === this.hour - 1) return;
    this.hour = hour;
    this.count = 0;
    this.sinceOrdinal = ordinal;
    this.isTold = false;
  }

  pack(writer: ByteWriter): void {
    writer.byte(packedVersion);
    writer.varint(this.hour);
    writer.varint(this.count);
    writer.varint(this.sinceOrdinal);
    writer.byte(this.isTold ? 1 : 0);
  }

  /** @throws Error when it is of a form this program doesn't know, or cut off: it is never misread. */
  static unpack(bytes: Buffer): NewIdentities {
    const reader = new ByteReader(bytes);
    const version = reader.byte();
    if (version !== packedVersion) {
      throw new Error(
        `stored count of new identities has version ${String(version)}, this program reads version ${String(packedVersion)}`,
      );
    }
    const read = new NewIdentities();
    read.hour = reader.varint();
    read.count = reader.varint();
    read.sinceOrdinal = reader.varint();
    read.isTold = reader.byte() === 1;
    return read;
  }
}

/** As many as clients can be configured. */
const sourcesMax = 10_000;

/** The counts of a partition's sources, by their keys. */
export class SourceCounts {
  readonly #counts = new Map<string, NewIdentities>();

  has(key: string): boolean {
    return this.#counts.has(key);
  }

  /** Takes in a count as the store has it. */
  load(key: string, packed: Buffer): void {
    this.#counts.set(key, NewIdentities.unpack(packed));
  }

  /** The count of a source, about to be used; a new one when nothing is known of it. */
  get(key: string): NewIdentities {
    const count = this.#counts.get(key) ?? new NewIdentities();
    // To the end of the line.
    this.#counts.delete(key);
    this.#counts.set(key, count);
    return count;
  }

  /** Drops those unused longest when there are too many; says whether it did. Between chunks, as the store has them then. */
  makeRoom(): boolean {
    const surplus = this.#counts.size - sourcesMax;
    if (surplus <= 0) return false;
    for (const key of [...this.#counts.keys()].slice(0, surplus)) this.#counts.delete(key);
    return true;
  }
}

/** The key under which a source's count is kept among the states: theirs begin with a tenant, which is never empty. */
export const sourceKey = (tenant: string, source: string): string => `\0${tenant}\0${source}`;

/** Whether what is kept under a key is a source's count. */
export const isSourceKey = (key: string): boolean => key.startsWith("\0");
