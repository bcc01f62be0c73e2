import { clip } from "../attribute/clip.ts";
import type { ByteReader, ByteWriter } from "../bytes.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Block } from "./memory.ts";
import { SeenValues } from "./seen-values.ts";

/** A value that stood for fewer actions than this is not what the identity was like, so nothing changed when it goes. */
const stableActions = 50;
/** Different things that are followed of an identity: versions of agent and service, its model, and of each policy the version. */
const tracksMax = 8;
/** Values remembered of each. An identity that uses more always changes, and is never said to have changed. */
const valuesMax = 16;
/** Changes remembered; the oldest is forgotten first. */
const changesMax = 8;
/** What is shown of a value. */
const textCharsMax = 48;
/** A finding tells of what changed within this before it. */
const toldUs = 24 * 3_600_000_000;

interface Change {
  /** What changed, for people. */
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly atUs: number;
}

/** One thing of an identity that may change. */
class Track {
  readonly kind: string;
  /** Which one of the kind; "" where there is one alone. */
  readonly name: string;
  value = "";
  /** Actions in a row that had it, counted up to `stableActions`. */
  run = 0;
  readonly seen = new SeenValues();

  constructor(kind: string, name: string) {
    this.kind = kind;
    this.name = name;
  }

  get what(): string {
    return this.name === "" ? this.kind : `${this.kind} ${this.name}`;
  }

  /** Notes what an action had; gives what it was before, if that was stable and this was never seen. */
  note(value: string): string | undefined {
    if (value === this.value) {
      if (this.run < stableActions) this.run += 1;
      return undefined;
    }
    const before = this.run >= stableActions ? this.value : undefined;
    // As it is read back, so that whoever comes next compares alike.
    this.value = wellFormed(value);
    this.run = 1;
    const print = fingerprintOf(this.value);
    // Of one that uses many it can't be told what is new.
    if (this.seen.has(print) || this.seen.size >= valuesMax) return undefined;
    this.seen.add(print);
    return before;
  }
}

/**
 * What changed about an identity lately: a new version of its agent, service or policy, or another model. It only informs
 * those who read a finding; no detector asks for it.
 */
export class Changes implements Block {
  readonly #tracks: Track[] = [];
  #changes: Change[] = [];

  /** Whether nothing is followed, so that nothing need be packed. */
  get isEmpty(): boolean {
    return this.#tracks.length === 0;
  }

  /**
   * Notes what an action says; longer values are compared by what is shown of them.
   *
   * @param name Which one, where an identity may have several of a kind; one with a long name is not followed.
   */
  note(kind: string, name: string, value: string, atUs: number): void {
    const track = name.length > textCharsMax ? undefined : this.#trackOf(kind, name);
    if (track === undefined) return;
    const before = track.note(value.length > textCharsMax ? clip(value, textCharsMax) : value);
    if (before === undefined) return;
    this.#changes.push({ what: track.what, from: before, to: track.value, atUs });
    if (this.#changes.length > changesMax) this.#changes.shift();
  }

  /** What changed within a day before an instant, for people, the latest first. */
  before(atUs: number): readonly string[] {
    if (this.#changes.length === 0) return none;
    return this.#changes
      .filter((one) => one.atUs <= atUs && atUs - one.atUs <= toldUs)
      .map(({ what, from, to, atUs: changedUs }) => `${what} ${from} → ${to}, ${agoText(atUs - changedUs)}`)
      .toReversed();
  }

  #trackOf(kind: string, name: string): Track | undefined {
    for (const track of this.#tracks) if (track.kind === kind && track.name === name) return track;
    if (this.#tracks.length >= tracksMax) return undefined;
    const track = new Track(kind, wellFormed(name));
    this.#tracks.push(track);
    return track;
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.#tracks.length);
    for (const { kind, name, value, run, seen } of this.#tracks) {
      writer.text(kind);
      writer.text(name);
      writer.text(value);
      writer.varint(run);
      seen.pack(writer);
    }
    writer.varint(this.#changes.length);
    for (const { what, from, to, atUs } of this.#changes) {
      writer.text(what);
      writer.text(from);
      writer.text(to);
      writer.double(atUs);
    }
  }

  unpack(reader: ByteReader): void {
    for (let left = reader.varint(); left > 0; left -= 1) {
      const track = new Track(reader.text(), reader.text());
      track.value = reader.text();
      track.run = reader.varint();
      track.seen.unpack(reader);
      this.#tracks.push(track);
    }
    for (let left = reader.varint(); left > 0; left -= 1)
      this.#changes.push({
        what: reader.text(),
        from: reader.text(),
        to: reader.text(),
        atUs: reader.double(),
      });
  }
}

const none: readonly string[] = [];

/** Half a surrogate pair can't be written down. */
const wellFormed = (text: string): string => text.replaceAll(/\p{Cs}/gu, "\uFFFD");

function agoText(us: number): string {
  const minutes = Math.floor(us / 60_000_000);
  if (minutes < 1) return "less than a minute before";
  return minutes < 60 ? `${String(minutes)} min before` : `${String(Math.floor(minutes / 60))} h before`;
}
