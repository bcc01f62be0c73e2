import type { ByteReader, ByteWriter } from "../../bytes.ts";
import { KeptNumbers } from "../kept-numbers.ts";
import type { Block } from "../memory.ts";

/** A routine's number takes so many bits, which is what a byte of a packed number holds. */
const bits = 7;
const one = 2 ** bits - 1;
const two = 2 ** (2 * bits) - 1;

/**
 * What was used in which routines: up to three of them each. Whether something was used *elsewhere* than in one
 * routine is what makes it known on a kind of work never seen; more than three are everywhere.
 */
export class Uses implements Block {
  readonly #routines = new KeptNumbers();

  get size(): number {
    return this.#routines.size;
  }

  /** Whether it was used at all, apart from in `but`; 0 for nowhere left out. */
  isKnown(print: number, but: number): boolean {
    const routines = this.#routines.get(print);
    if (routines === 0) return false;
    return but === 0 || routines !== but;
  }

  /** Whether it was used in this routine, as far as can be told. */
  isUsedIn(print: number, routine: number): boolean {
    const routines = this.#routines.get(print);
    if (routine === 0 || routines === 0) return false;
    if (routines > two) return true;
    return (routines & one) === routine || routines >>> bits === routine;
  }

  /** Notes a use, and forgets what was not used for longest beyond `max`. */
  note(print: number, routine: number, max: number): void {
    const routines = this.#routines.get(print);
    const now = this.isUsedIn(print, routine) ? routines : (routines << bits) | routine;
    this.#routines.put(print, now, max);
  }

  pack(writer: ByteWriter): void {
    this.#routines.pack(writer);
  }

  unpack(reader: ByteReader): void {
    this.#routines.unpack(reader);
  }
}
