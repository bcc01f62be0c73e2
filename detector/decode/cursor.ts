/** Why reading stopped; `text` is a clause that completes the sentence of a refusal. */
export interface Trouble<Reason extends string = CursorReason> {
  readonly reason: Reason;
  readonly text: string;
}

type CursorReason =
  | "malformed"
  | "invalid_utf8"
  | "too_many_attributes"
  | "value_too_long"
  | "nested_too_deep";

declare global {
  /**
   * Node's own slicing, without the choice of an encoding by name that `toString` makes on every call; every Node has
   * it, its type declarations do not.
   */
  interface Buffer {
    latin1Write(text: string, start: number, length: number): number;
    latin1Slice(start: number, end: number): string;
    hexSlice(start: number, end: number): string;
    utf8Slice(start: number, end: number): string;
    utf8Write(text: string, start: number, length: number): number;
  }
}

const varintBytesMax = 10;
const fieldMax = 2 ** 29;

/**
 * A place in protobuf bytes (https://protobuf.dev/programming-guides/encoding/) and the first trouble met there.
 *
 * Trouble is sticky and moves the place behind the last byte, so that every loop of the form `pos < end` ends by
 * itself and no read has to be checked on its own; hostile input costs no exception. Every read takes the `end` of the
 * message it belongs to and never passes it.
 */
export class Cursor {
  pos = 0;
  trouble: Trouble | undefined = undefined;
  readonly bytes: Buffer;
  /** The same bytes, for reading several at once. */
  readonly view: DataView;

  /** Where the record starts in the bytes: what is said of a place counts from there. */
  readonly #origin: number;

  constructor(bytes: Uint8Array, origin = 0) {
    this.#origin = origin;
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Notes the trouble, unless there is one already, and stops all reading. */
  fail(reason: CursorReason, text: string): void {
    this.trouble ??= { reason, text };
    this.pos = this.bytes.length;
  }

  hasFailed(): boolean {
    return this.trouble !== undefined;
  }

  /** Forgets the trouble and goes on at `pos`: for whoever knows where the broken part ends. */
  recover(pos: number): void {
    this.trouble = undefined;
    this.pos = pos;
  }

  /** A varint as a number, exact below 2^53; enough for tags, lengths, enums and booleans. */
  varint(end: number): number {
    // Almost every tag and length is one byte; the rest is a call of its own, so that this much is inlined everywhere.
    const { pos } = this;
    if (pos < end) {
      const byte = this.bytes[pos]!;
      if (byte < 0x80) {
        this.pos = pos + 1;
        return byte;
      }
    }
    return this.#longVarint(end);
  }

  #longVarint(end: number): number {
    let value = 0;
    let scale = 1;
    for (let read = 0; read < varintBytesMax; read += 1) {
      if (this.pos >= end) return this.#cutOff("a varint");
      const byte = this.bytes[this.pos]!;
      this.pos += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    this.fail(
      "malformed",
      `the varint that ends at byte ${this.pos - this.#origin} is longer than ${varintBytesMax} bytes`,
    );
    return 0;
  }

  /** A signed 64-bit varint: a number where that is exact, else decimal text. */
  int64(end: number): number | string {
    const start = this.pos;
    const value = this.varint(end);
    if (this.pos - start <= 7 || this.trouble !== undefined) return value;
    let exact = 0n;
    for (let at = this.pos - 1; at >= start; at -= 1) exact = (exact << 7n) | BigInt(this.bytes[at]! & 0x7f);
    const signed = BigInt.asIntN(64, exact);
    const near = Number(signed);
    return Number.isSafeInteger(near) ? near : String(signed);
  }

  /** Passes the length of a length-delimited field; the place is then its first byte. Returns where it ends. */
  block(end: number): number {
    const length = this.varint(end);
    const stop = this.pos + length;
    if (stop <= end) return stop;
    this.#cutOff(`a field of ${length} bytes`);
    return this.pos;
  }

  /** Passes `count` bytes of a fixed field. Returns where they began; with trouble they must not be used. */
  fixed(count: 4 | 8, end: number): number {
    const start = this.pos;
    if (start + count > end) this.#cutOff(`a field of ${count} bytes`);
    else this.pos = start + count;
    return start;
  }

  /**
   * Passes a field that is not read. `known` has one bit for each field number that its message reads: such a field
   * only gets here with a wire type that is not its own, which is refused rather than guessed at.
   */
  skip(tag: number, end: number, known = 0): void {
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    if (field === 0 || field >= fieldMax)
      this.fail("malformed", `there is no field ${field} (before byte ${this.pos - this.#origin})`);
    else if (field < 32 && ((known >>> field) & 1) === 1)
      this.fail(
        "malformed",
        `field ${field} has the wrong wire type ${wire} (before byte ${this.pos - this.#origin})`,
      );
    else if (wire === 0) this.varint(end);
    else if (wire === 1) this.fixed(8, end);
    else if (wire === 2) this.pos = this.block(end);
    else if (wire === 5) this.fixed(4, end);
    else
      this.fail(
        "malformed",
        `field ${field} has the unsupported wire type ${wire} (before byte ${this.pos - this.#origin})`,
      );
  }

  #cutOff(what: string): number {
    this.fail("malformed", `${what} is cut off at byte ${this.pos - this.#origin}`);
    return 0;
  }
}
