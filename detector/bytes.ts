/** Bytes that are written one after the other; they grow as needed. Integers are little-endian. */
export class ByteWriter {
  bytes: Buffer;
  /** The same bytes, for writing several at once. */
  view: DataView;
  length = 0;

  constructor(room = 4096) {
    this.bytes = Buffer.allocUnsafeSlow(room);
    this.view = new DataView(this.bytes.buffer);
  }

  clear(): void {
    this.length = 0;
  }

  /** Makes room for `count` bytes and returns where they go. */
  claim(count: number): number {
    const at = this.length;
    const end = at + count;
    if (end > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(end, this.bytes.length * 2));
      this.bytes.copy(larger, 0, 0, at);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    this.length = end;
    return at;
  }

  byte(value: number): void {
    const at = this.claim(1);
    this.bytes[at] = value;
  }

  /** A whole number from 0 to 2^53-1 in groups of seven bits, the lowest first. */
  varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) | 0x80);
    this.byte(rest);
  }

  int32(value: number): void {
    const at = this.claim(4);
    this.view.setInt32(at, value, true);
  }

  double(value: number): void {
    const at = this.claim(8);
    this.bytes.writeDoubleLE(value, at);
  }

  raw(bytes: Uint8Array): void {
    const at = this.claim(bytes.length);
    this.bytes.set(bytes, at);
  }

  /** A length, then the text in UTF-8. */
  text(text: string): void {
    const length = Buffer.byteLength(text, "utf8");
    this.varint(length);
    const at = this.claim(length);
    this.bytes.utf8Write(text, at, length);
  }

  /** What was written, good until the next write. */
  finish(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
}

/** Reads what a `ByteWriter` wrote, in the same order. Throws a `RangeError` at the end of the bytes, never reads past it. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** How many bytes were read. */
  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#bytes[this.#pass(1)]!;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  int32(): number {
    return this.#bytes.readInt32LE(this.#pass(4));
  }

  /** Exact up to 2^53. */
  uint64(): number {
    const at = this.#pass(8);
    return this.#bytes.readUInt32LE(at) + this.#bytes.readUInt32LE(at + 4) * 2 ** 32;
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#pass(8));
  }

  raw(count: number): Buffer {
    const at = this.#pass(count);
    return this.#bytes.subarray(at, at + count);
  }

  text(): string {
    return this.raw(this.varint()).toString("utf8");
  }

  #pass(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) throw new RangeError(`the bytes end before ${at + count}`);
    this.#at = at + count;
    return at;
  }
}
