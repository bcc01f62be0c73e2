import type { ByteReader, ByteWriter } from "../../bytes.ts";
import { KeptNumbers } from "../kept-numbers.ts";
import type { Block } from "../memory.ts";

/** Routines are told apart up to here; all further ones are one. Their numbers fit into seven bits. */
export const routinesMax = 96;
/** The number of what can't be told apart any more. */
const further = routinesMax;
const sessionsMax = 255;

/**
 * The kinds of work an identity does: sessions that begin alike are one routine. They are numbered from 1, so that what was
 * used in which of them takes little room.
 */
export class Routines implements Block {
  readonly #numbers = new KeptNumbers();
  readonly #sessions: number[] = [];

  /** How many there are. */
  get size(): number {
    return this.#sessions.length;
  }

  /** Number of the routine that begins so, 0 where none does. */
  find(beginning: number): number {
    return this.#numbers.get(beginning);
  }

  /** The same, begun where there is none and not yet `max` of them. */
  of(beginning: number, max: number): number {
    const known = this.find(beginning);
    if (known !== 0) return known;
    if (this.#sessions.length >= max) return further;
    this.#sessions.push(0);
    this.#numbers.put(beginning, this.#sessions.length, routinesMax);
    return this.#sessions.length;
  }

  /** Sessions that belonged to it, counted up to a few hundred. */
  sessions(routine: number): number {
    return this.#sessions[routine - 1] ?? 0;
  }

  /** Counts a session that belongs to it; -1 takes one back that turned out to be of another. */
  count(routine: number, change: 1 | -1): void {
    const at = routine - 1;
    const now = this.#sessions[at];
    if (now !== undefined) this.#sessions[at] = Math.min(Math.max(now + change, 0), sessionsMax);
  }

  pack(writer: ByteWriter): void {
    this.#numbers.pack(writer);
    for (const sessions of this.#sessions) writer.byte(sessions);
  }

  unpack(reader: ByteReader): void {
    this.#numbers.unpack(reader);
    for (let left = this.#numbers.size; left > 0; left -= 1) this.#sessions.push(reader.byte());
  }
}
