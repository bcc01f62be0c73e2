import type { ByteReader, ByteWriter } from "../../bytes.ts";
import type { Block } from "../memory.ts";

/** Values that were told of; what is done with them again in the session is learned as little. */
const toldMax = 16;
const countMax = 65_535;

/** How many values and families of a session are told apart. */
export interface TrailRoom {
  readonly values: number;
  readonly families: number;
}

/** How a session has gone so far. */
export class Trail implements Block {
  /** Print of how it began, 0 as long as it has not. */
  beginning = 0;
  /** Whether the beginning is what the prompt named; otherwise it is the first operation, until the prompt's comes. */
  isPrompted = false;
  /** Whether anybody says where its values come from. */
  tellsOrigins = false;
  /** Things done so far, and how many of them its routine knows. */
  done = 0;
  familiar = 0;
  /** Whether it is counted among the sessions whose scores are. */
  isSettled = false;
  /** The routine that counts it; 0 as long as none does. */
  countedIn = 0;
  /** The most that was said of it, and that would have been said if its routine were new; in half bits. */
  most = 0;
  mostIfNew = 0;
  readonly #values: number[] = [];
  readonly #families: number[] = [];
  readonly #told: number[] = [];

  hasValue(print: number): boolean {
    return this.#values.includes(print | 0);
  }

  hasFamily(print: number): boolean {
    return this.#families.includes(print | 0);
  }

  /** Whether anything was told of. */
  get hasTold(): boolean {
    return this.#told.length > 0;
  }

  isTold(print: number): boolean {
    return this.#told.includes(print | 0);
  }

  tell(print: number): void {
    if (this.#told.length < toldMax && !this.isTold(print)) this.#told.push(print | 0);
  }

  /** Notes a value and its family, 0 where it has none, while there is room for both. */
  note(value: number, family: number, { values, families }: TrailRoom): void {
    if (this.#values.length < values && !this.hasValue(value)) this.#values.push(value | 0);
    if (family !== 0 && this.#families.length < families && !this.hasFamily(family))
      this.#families.push(family | 0);
  }

  count(isFamiliar: boolean): void {
    if (this.done >= countMax) return;
    this.done += 1;
    if (isFamiliar) this.familiar += 1;
  }

  pack(writer: ByteWriter): void {
    for (const number of [
      this.beginning,
      (this.isPrompted ? 1 : 0) + (this.isSettled ? 2 : 0) + (this.tellsOrigins ? 4 : 0),
      this.done,
      this.familiar,
      this.countedIn,
      this.most,
      this.mostIfNew,
    ])
      writer.varint(number);
    for (const prints of [this.#values, this.#families, this.#told]) {
      writer.varint(prints.length);
      for (const print of prints) writer.int32(print);
    }
  }

  unpack(reader: ByteReader): void {
    this.beginning = reader.varint();
    const flags = reader.varint();
    this.isPrompted = (flags & 1) === 1;
    this.isSettled = (flags & 2) === 2;
    this.tellsOrigins = (flags & 4) === 4;
    this.done = reader.varint();
    this.familiar = reader.varint();
    this.countedIn = reader.varint();
    this.most = reader.varint();
    this.mostIfNew = reader.varint();
    for (const prints of [this.#values, this.#families, this.#told])
      for (let left = reader.varint(); left > 0; left -= 1) prints.push(reader.int32());
  }
}
