const firstBytes = 64 * 1024;

/**
 * Writes protobuf from its end to its start: the length of a nested message is known when it is due, so nothing is
 * measured twice or moved. Whoever uses it writes fields, and what is in them, in reverse.
 */
export class ReverseWriter {
  #bytes = Buffer.allocUnsafe(firstBytes);
  #start = firstBytes;

  /** Bytes written so far; the difference of two is the length of what lies between. */
  get length(): number {
    return this.#bytes.length - this.#start;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(this.#start);
  }

  varint(value: bigint): void {
    const small = BigInt.asUintN(64, value);
    const groups: number[] = [];
    let rest = small;
    for (; rest >= 0x80n; rest >>= 7n) groups.push(Number(rest & 0x7fn) | 0x80);
    groups.push(Number(rest));
    this.#claim(groups.length);
    for (let at = 0; at < groups.length; at += 1) this.#bytes[this.#start + at] = groups[at]!;
  }

  fixed64(value: bigint): void {
    this.#claim(8);
    this.#bytes.writeBigUInt64LE(value, this.#start);
  }

  fixed32(value: number): void {
    this.#claim(4);
    this.#bytes.writeUInt32LE(value, this.#start);
  }

  double(value: number): void {
    this.#claim(8);
    this.#bytes.writeDoubleLE(value, this.#start);
  }

  raw(bytes: Uint8Array): void {
    this.#claim(bytes.length);
    this.#bytes.set(bytes, this.#start);
  }

  /** Lone surrogates become U+FFFD, as in every UTF-8 encoder. */
  text(text: string): void {
    const length = Buffer.byteLength(text, "utf8");
    this.#claim(length);
    this.#bytes.write(text, this.#start, length, "utf8");
  }

  #claim(count: number): void {
    if (count > this.#start) {
      const { length } = this;
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, length + count));
      this.#bytes.copy(larger, larger.length - length, this.#start);
      this.#start = larger.length - length;
      this.#bytes = larger;
    }
    this.#start -= count;
  }
}
