import type { ByteWriter } from "../../bytes.ts";
import type { Dictionary } from "../../decode/index.ts";

/** A call that copies costs as much as copying so many bytes four at a time. */
const longLength = 256;
const varintMax = 5;
/** Digits of the largest number that is a code by itself. */
const digitsMax = 10;

/** Writes the texts of some codes one after the other, each behind its length, as a `String` column has them. */
export function writeTexts(from: Dictionary, codes: Int32Array, to: ByteWriter): void {
  const { starts, lengths } = from;
  let at = to.claim(roomFor(lengths, codes));
  const { bytes, view } = to;
  for (let nth = 0; nth < codes.length; nth += 1) {
    const code = codes[nth]!;
    if (code < 0) {
      at = writeNumber(-1 - code, bytes, at);
      continue;
    }
    const start = starts[code]!;
    const length = lengths[code]!;
    at = writeLength(length, bytes, at);
    if (length > longLength) from.bytes.copy(bytes, at, start, start + length);
    else copyShort(from.view, start, view, at, length);
    at += length;
  }
  to.length = at;
}

/** So many bytes do the texts take at most. */
function roomFor(lengths: Int32Array, codes: Int32Array): number {
  let room = 0;
  for (let nth = 0; nth < codes.length; nth += 1) {
    const code = codes[nth]!;
    room += varintMax + (code < 0 ? digitsMax : lengths[code]!);
  }
  return room;
}

/** Four bytes at a time; the last four overlap the ones before where the length is not a multiple. */
function copyShort(from: DataView, start: number, to: DataView, at: number, length: number): void {
  if (length < 4) {
    for (let step = 0; step < length; step += 1) to.setUint8(at + step, from.getUint8(start + step));
    return;
  }
  const last = length - 4;
  for (let step = 0; step < last; step += 4) to.setInt32(at + step, from.getInt32(start + step, true), true);
  to.setInt32(at + last, from.getInt32(start + last, true), true);
}

function writeLength(length: number, bytes: Buffer, at: number): number {
  let rest = length;
  let end = at;
  for (; rest >= 0x80; rest >>>= 7) bytes[end++] = (rest & 0x7f) | 0x80;
  bytes[end] = rest;
  return end + 1;
}

/** A number as it is written, behind how many digits it has. */
function writeNumber(value: number, bytes: Buffer, at: number): number {
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits += 1;
  bytes[at] = digits;
  let rest = value;
  for (let digit = at + digits; digit > at; digit -= 1) {
    const shorter = Math.floor(rest / 10);
    bytes[digit] = 48 + rest - shorter * 10;
    rest = shorter;
  }
  return at + 1 + digits;
}
