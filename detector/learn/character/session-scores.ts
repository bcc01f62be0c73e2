import type { ByteReader, ByteWriter } from "../../bytes.ts";
import type { Block } from "../memory.ts";

/** Half bits are told apart up to here: 16 bits. */
const halfBitsMax = 32;
/** After so many sessions all counts are halved, so that what is long past weighs less. */
const sessionsMax = 64;

/**
 * How many honest sessions reached how many bits: those of routines that were known, and what each would have reached were its
 * routine new. From it follows what a line between quiet and alarm would cost in false alarms.
 */
export class SessionScores implements Block {
  readonly #known = noCounts();
  readonly #ifNew = noCounts();
  sessions = 0;
  /** Sessions whose routine had hardly been seen before. */
  newSessions = 0;

  /** A session begins. */
  begin(isNew: boolean): void {
    this.sessions += 1;
    if (isNew) this.newSessions += 1;
    if (this.sessions < sessionsMax) return;
    this.sessions = Math.floor(this.sessions / 2);
    this.newSessions = Math.floor(this.newSessions / 2);
    for (const counts of [this.#known, this.#ifNew])
      for (let at = 0; at < halfBitsMax; at += 1) counts[at] = Math.floor(counts[at]! / 2);
  }

  /** A session rose from so many half bits to so many. */
  rise(kind: "known" | "ifNew", from: number, to: number): void {
    const counts = kind === "known" ? this.#known : this.#ifNew;
    const last = halfBitsMax - 1;
    if (from > 0) counts[Math.min(from, last)] = Math.max(0, counts[Math.min(from, last)]! - 1);
    counts[Math.min(to, last)]! += 1;
  }

  /** Share of sessions on a routine never seen that would be told of from so many bits on, from 0 to 1. */
  alarmsIfNew(bits: number): number {
    return shareFrom(this.#ifNew, bits, this.sessions);
  }

  /** Share of all sessions that would be told of, with as many new routines as there were lately. */
  alarms(bits: number): number {
    const share = (this.newSessions + 0.5) / (this.sessions + 1);
    return share * this.alarmsIfNew(bits) + (1 - share) * shareFrom(this.#known, bits, this.sessions);
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.sessions);
    if (this.sessions === 0) return;
    writer.varint(this.newSessions);
    for (const counts of [this.#known, this.#ifNew]) for (const count of counts) writer.varint(count);
  }

  unpack(reader: ByteReader): void {
    this.sessions = reader.varint();
    if (this.sessions === 0) return;
    this.newSessions = reader.varint();
    for (const counts of [this.#known, this.#ifNew])
      for (let at = 0; at < halfBitsMax; at += 1) counts[at] = reader.varint();
  }
}

const noCounts = (): number[] => Array.from({ length: halfBitsMax }, () => 0);

function shareFrom(counts: readonly number[], bits: number, sessions: number): number {
  let above = 0;
  for (let at = Math.min(Math.ceil(bits * 2), halfBitsMax - 1); at < halfBitsMax; at += 1)
    above += counts[at]!;
  return Math.min(1, (above + 0.5) / (sessions + 1));
}
