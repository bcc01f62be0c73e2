import type { ByteReader, ByteWriter } from "../../bytes.ts";
import type { Block } from "../memory.ts";

/** A longer name of an operation is not kept: what follows it is noted and no more. */
const nameCharsMax = 48;

/** How far a session has come: the two things it did last. */
export class Place implements Block {
  /** How much the identity had been seen to do when the session did something last. */
  at = 0;
  /** Numbers of the operations, 0 for one that is not known and before the first. */
  before = 0;
  last = 0;
  /** Name of the last; "" before the first. */
  lastName = "";
  /** Whether anything was done yet. */
  isBegun = false;
  /** Whether it was told of: what it does from then on is nobody's habit. */
  isLeftOut = false;
  /** Whether it is counted among the sessions whose surprise is known. */
  isCounted = false;
  /** The most that surprised, whole bits. */
  most = 0;

  /** Whether the name of the last is kept, or there is none. */
  get isNamed(): boolean {
    return !this.isBegun || this.lastName !== "";
  }

  go(number: number, name: string): void {
    this.before = this.last;
    this.last = number;
    this.lastName = name.length > nameCharsMax ? "" : name;
    this.isBegun = true;
  }

  clear(): void {
    this.before = 0;
    this.last = 0;
    this.lastName = "";
    this.isBegun = false;
    this.isLeftOut = false;
    this.isCounted = false;
    this.most = 0;
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.at);
    writer.byte(this.before);
    writer.byte(this.last);
    writer.text(this.lastName);
    writer.byte((this.isBegun ? 1 : 0) + (this.isLeftOut ? 2 : 0) + (this.isCounted ? 4 : 0));
    writer.varint(this.most);
  }

  unpack(reader: ByteReader): void {
    this.at = reader.varint();
    this.before = reader.byte();
    this.last = reader.byte();
    this.lastName = reader.text();
    const flags = reader.byte();
    this.isBegun = (flags & 1) !== 0;
    this.isLeftOut = (flags & 2) !== 0;
    this.isCounted = (flags & 4) !== 0;
    this.most = reader.varint();
  }
}
