import { isUtf8 } from "node:buffer";
import type { Cursor } from "./cursor.ts";

/** Texts up to this many bytes are worth remembering; longer ones seldom repeat. */
const rememberedBytesMax = 64;
/** A power of two. Bounds what a sender can make us remember: 4,096 texts of 64 bytes. */
const slotCount = 4096;

const texts: string[] = Array.from({ length: slotCount }, () => "");
/** Length in bytes of the text of each slot; 0 while it is free. */
const lengths = new Uint8Array(slotCount);
const spelled = new DataView(new ArrayBuffer(slotCount * rememberedBytesMax));

/**
 * The text in the bytes from `start` to `end`, or undefined when that is not valid UTF-8.
 *
 * Names and values repeat from span to span, so short ones come from a direct-mapped table instead of being made
 * anew: a text is taken from it only when every byte is the same, and a newcomer replaces what was in its slot. What
 * the table holds changes the speed, never the answer.
 *
 * @example
 * readText(new Cursor(Buffer.from("GET")), 0, 3); // "GET"
 */
export function readText(cursor: Cursor, start: number, end: number): string | undefined {
  const length = end - start;
  if (length > rememberedBytesMax) return decode(cursor, start, end);
  if (length <= 0) return "";
  const slot = sampleOf(cursor.view, start, length) & (slotCount - 1);
  const place = slot * rememberedBytesMax;
  if (lengths[slot] === length && isSame(spelled, place, cursor.view, start, length)) return texts[slot];
  const text = decode(cursor, start, end);
  if (text === undefined) return undefined;
  texts[slot] = text;
  lengths[slot] = length;
  for (let at = 0; at < length; at += 1) spelled.setUint8(place + at, cursor.bytes[start + at]!);
  return text;
}

/** Finds which of a fixed set of names some bytes spell, without making a string of them. */
export interface NameTable {
  find(cursor: Cursor, start: number, end: number): string | undefined;
}

/**
 * A table of `names`, filled once and never by what comes in; names may be any text.
 *
 * @example
 * nameTable(["user.id"]).find(new Cursor(Buffer.from("user.id")), 0, 7); // "user.id"
 */
export function nameTable(names: Iterable<string>): NameTable {
  const entries = [...names].map((name) => ({ name, raw: Buffer.from(name, "utf8") }));
  const all = Buffer.concat(entries.map((one) => one.raw));
  const known = new DataView(all.buffer, all.byteOffset, all.length);
  // At most one slot in four is taken, so that a name that is not there is told from one look.
  const mask = 2 ** Math.ceil(Math.log2(4 * entries.length + 4)) - 1;
  const found: (string | undefined)[] = Array.from({ length: mask + 1 }, () => undefined);
  const places = new Uint32Array(mask + 1);
  const sizes = new Uint32Array(mask + 1);
  let place = 0;
  for (const { name, raw } of entries) {
    let slot = sampleOf(known, place, raw.length) & mask;
    while (found[slot] !== undefined) slot = (slot + 1) & mask;
    found[slot] = name;
    places[slot] = place;
    sizes[slot] = raw.length;
    place += raw.length;
  }
  return {
    find({ view }, start, end) {
      const length = end - start;
      for (
        let slot = sampleOf(view, start, length) & mask;
        found[slot] !== undefined;
        slot = (slot + 1) & mask
      ) {
        if (sizes[slot] === length && isSame(known, places[slot]!, view, start, length)) return found[slot];
      }
      return undefined;
    },
  };
}

/** A hash of the length, the last and the middle four bytes, which is where names and ids differ. */
function sampleOf(view: DataView, start: number, length: number): number {
  if (length < 4) {
    let hash = length;
    for (let at = 0; at < length; at += 1) hash = Math.imul(hash ^ view.getUint8(start + at), 0x01000193);
    return hash;
  }
  const last = view.getInt32(start + length - 4, true);
  const middle = view.getInt32(start + ((length - 4) >> 1), true);
  const hash = Math.imul(Math.imul(last ^ length, 0x5bd1e995) ^ middle, 0x5bd1e995);
  return hash ^ (hash >>> 15);
}

/** Compares four bytes at a time; the last four overlap the ones before where the length is not a multiple. */
export function isSame(one: DataView, at: number, other: DataView, start: number, length: number): boolean {
  if (length < 4) {
    for (let step = 0; step < length; step += 1) {
      if (one.getUint8(at + step) !== other.getUint8(start + step)) return false;
    }
    return true;
  }
  const last = length - 4;
  for (let step = 0; step < last; step += 4) {
    if (one.getInt32(at + step, true) !== other.getInt32(start + step, true)) return false;
  }
  return one.getInt32(at + last, true) === other.getInt32(start + last, true);
}

function decode({ bytes }: Cursor, start: number, end: number): string | undefined {
  const text = bytes.utf8Slice(start, end);
  // Broken bytes become U+FFFD; only a text that has one is worth the second look.
  return text.includes("\u{fffd}") && !isUtf8(bytes.subarray(start, end)) ? undefined : text;
}
