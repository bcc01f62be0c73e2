import type { ByteReader, ByteWriter } from "../../bytes.ts";
import { KeptNumbers } from "../kept-numbers.ts";
import type { Block } from "../memory.ts";

/** Bits of a number that is exact; routines further on share them. */
const bits = 48;

/** Which routines use an operation, a bit each: exact, where `Uses` only knows of three. */
export class OperationRoutines implements Block {
  readonly #routines = new KeptNumbers();

  has(operation: number, routine: number): boolean {
    return routine !== 0 && Math.floor(this.#routines.get(operation) / 2 ** (routine % bits)) % 2 === 1;
  }

  /** Notes a use, and forgets, beyond `max`, the operation that no routine took up for longest. */
  note(operation: number, routine: number, max: number): void {
    if (this.has(operation, routine)) return;
    this.#routines.put(operation, this.#routines.get(operation) + 2 ** (routine % bits), max);
  }

  pack(writer: ByteWriter): void {
    this.#routines.pack(writer);
  }

  unpack(reader: ByteReader): void {
    this.#routines.unpack(reader);
  }
}
