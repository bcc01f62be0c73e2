import { isUtf8 } from "node:buffer";
import { isAscii, isSame, sampleOf } from "./bytes-hash.ts";

/** Code of what is not there. */
export const absent = 0;
/** Code of the empty text. */
export const empty = 1;

/**
 * Slots that are looked at before a text is taken as new. Texts that share a slot are a matter of chance, or of malice:
 * whoever makes them only gets more codes for the same text, which nothing relies on being one.
 */
const probesMax = 8;
const firstSlots = 512;
const firstBytes = 16_384;
/** Room kept from chunk to chunk; a larger chunk gets its own. */
const keptBytesMax = 2 ** 25;
/** Whole numbers from 0 to this are codes by themselves, below zero. */
const wholeMax = 2 ** 31 - 2;

/**
 * The texts of one chunk, each under a number: comparing, remembering and storing texts becomes doing so with numbers,
 * and no string is made of a text that nobody reads. A code is good until `clear`; the same text mostly has the same
 * code, but two codes may stand for one text.
 *
 * Whole numbers are codes below zero, as many of them come once and never again.
 *
 * @example
 * const dictionary = new Dictionary(["tool_call"]);
 * const start = dictionary.load(record);
 * dictionary.text(dictionary.codeAt(start + 2, start + 11));
 */
export class Dictionary {
  /** All bytes of the chunk: its records, then texts that were computed. */
  bytes = Buffer.allocUnsafeSlow(firstBytes);
  view = new DataView(this.bytes.buffer);
  /** Counts how often it was cleared, so that what was remembered by code can be forgotten in time. */
  generation = 0;
  #end = 0;
  #count = 0;
  /** Where the texts start in `bytes`, and how many bytes they have, by code from zero on; not to be written. */
  starts = new Int32Array(firstSlots);
  lengths = new Int32Array(firstSlots);
  /** 0 while nobody asked, 1 for a text, 2 for bytes that are none. */
  #validity = new Uint8Array(firstSlots);
  /** As strings, those that were asked for; as long as `starts`. */
  #texts: (string | undefined)[] = newTexts(firstSlots);
  #slots = new Int32Array(firstSlots * 2);
  readonly #lists = new Map<number, readonly number[]>();
  readonly #words: readonly string[];

  /** @param words Texts that have the same codes in every chunk, in the order of `wordCode`. */
  constructor(words: readonly string[] = []) {
    this.#words = words;
    this.clear();
  }

  /** Code of one of the words it was made with. */
  wordCode(word: string): number {
    return word === "" ? empty : this.#words.indexOf(word) + 2;
  }

  /** Forgets all but its words. */
  clear(): void {
    if (this.bytes.length > keptBytesMax) this.#resize(firstBytes);
    if (this.starts.length > keptBytesMax / 64) {
      this.starts = new Int32Array(firstSlots);
      this.lengths = new Int32Array(firstSlots);
      this.#validity = new Uint8Array(firstSlots);
      this.#slots = new Int32Array(firstSlots * 2);
      this.#texts = newTexts(firstSlots);
    }
    this.generation += 1;
    this.#slots.fill(0);
    this.#texts.fill(undefined, 0, this.#count);
    this.#lists.clear();
    this.#end = 0;
    this.#count = 1;
    this.#validity[0] = 1;
    this.add("");
    for (const word of this.#words) this.add(word);
  }

  /** Copies a record in. Returns where it starts; it ends at `end`. */
  load(record: Uint8Array): number {
    const start = this.#end;
    this.#claim(record.length);
    this.bytes.set(record, start);
    return start;
  }

  get end(): number {
    return this.#end;
  }

  /**
   * The code of the text in some bytes of this dictionary; `isText` says whether they are one.
   *
   * @param guess A code that is tried first, `absent` for none.
   */
  codeAt(start: number, end: number, guess: number = absent): number {
    const length = end - start;
    if (length <= 0) return empty;
    if (
      guess > empty &&
      this.lengths[guess] === length &&
      isSame(this.view, this.starts[guess]!, this.view, start, length)
    )
      return guess;
    if (this.#count === this.starts.length) this.#grow();
    const mask = this.#slots.length - 1;
    let slot = sampleOf(this.view, start, length) & mask;
    for (let probe = 0; probe < probesMax; probe += 1) {
      const code = this.#slots[slot]!;
      if (code === 0) {
        const made = this.#insert(start, length);
        this.#slots[slot] = made;
        return made;
      }
      if (this.lengths[code] === length && isSame(this.view, this.starts[code]!, this.view, start, length))
        return code;
      slot = (slot + 1) & mask;
    }
    return this.#insert(start, length);
  }

  /** The code of a text that was computed. */
  add(text: string): number {
    const start = this.#end;
    const bytesMax = text.length * 3;
    this.#claim(bytesMax);
    const length = this.bytes.utf8Write(text, start, bytesMax);
    this.#end = start + length;
    if (length === 0 && this.#count > 1) return empty;
    const before = this.#count;
    const code = length === 0 ? this.#insert(start, 0) : this.codeAt(start, start + length);
    if (code < before) this.#end = start;
    else {
      this.#validity[code] = 1;
      this.#texts[code] = text;
    }
    return code;
  }

  /** The code of the hex digits of some bytes of this dictionary. */
  addHex(start: number, length: number): number {
    const at = this.#end;
    this.#claim(length * 2);
    const { bytes } = this;
    for (let step = 0; step < length; step += 1) {
      const byte = bytes[start + step]!;
      bytes[at + step * 2] = hexDigits[byte >>> 4]!;
      bytes[at + step * 2 + 1] = hexDigits[byte & 15]!;
    }
    const before = this.#count;
    const code = this.codeAt(at, this.#end);
    if (code < before) this.#end = at;
    return code;
  }

  /** The code of a number as it is written. */
  addNumber(value: number): number {
    return value >= 0 && value <= wholeMax && Number.isInteger(value) && !Object.is(value, -0)
      ? -1 - value
      : this.add(String(value));
  }

  /** The code of a list: its own text, and the texts in it. No other text has this code, though it reads the same. */
  addList(text: string, items: readonly string[]): number {
    const start = this.#end;
    const bytesMax = text.length * 3;
    this.#claim(bytesMax);
    const length = this.bytes.utf8Write(text, start, bytesMax);
    this.#end = start + length;
    const code = this.#insert(start, length);
    this.#lists.set(
      code,
      items.map((item) => this.add(item)),
    );
    return code;
  }

  /** The texts of a list; none of anything else. */
  listOf(code: number): readonly number[] {
    return this.#lists.get(code) ?? nothing;
  }

  /** Whether the bytes of a code are UTF-8. */
  isText(code: number): boolean {
    if (code < 0) return true;
    if (this.#validity[code] === 0) this.#validity[code] = this.#isUtf8(code) ? 1 : 2;
    return this.#validity[code] === 1;
  }

  text(code: number): string {
    if (code < 0) return String(-1 - code);
    const known = this.#texts[code];
    if (known !== undefined) return known;
    const start = this.starts[code]!;
    const made = this.bytes.utf8Slice(start, start + this.lengths[code]!);
    this.#texts[code] = made;
    return made;
  }

  /** Bytes of the text of a code from zero on. */
  lengthOf(code: number): number {
    return this.lengths[code]!;
  }

  /** The code of the same text that is not below zero. */
  solid(code: number): number {
    return code < 0 ? this.add(String(-1 - code)) : code;
  }

  get count(): number {
    return this.#count;
  }

  #insert(start: number, length: number): number {
    if (this.#count === this.starts.length) this.#grow();
    const code = this.#count;
    this.#count += 1;
    this.starts[code] = start;
    this.lengths[code] = length;
    this.#validity[code] = 0;
    return code;
  }

  #isUtf8(code: number): boolean {
    const start = this.starts[code]!;
    const end = start + this.lengths[code]!;
    return isAscii(this.view, start, end) || isUtf8(this.bytes.subarray(start, end));
  }

  #claim(count: number): void {
    const needed = this.#end + count;
    if (needed > this.bytes.length) this.#resize(Math.max(needed, this.bytes.length * 2));
    this.#end = needed;
  }

  #resize(size: number): void {
    const larger = Buffer.allocUnsafeSlow(size);
    this.bytes.copy(larger, 0, 0, Math.min(this.#end, size));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  #grow(): void {
    const size = this.starts.length * 2;
    this.starts = grown(this.starts, size);
    this.lengths = grown(this.lengths, size);
    const validity = new Uint8Array(size);
    validity.set(this.#validity);
    this.#validity = validity;
    const texts = newTexts(size);
    for (let code = 0; code < this.#count; code += 1) texts[code] = this.#texts[code];
    this.#texts = texts;
    this.#slots = new Int32Array(size * 2);
    const mask = this.#slots.length - 1;
    for (let code = 1; code < this.#count; code += 1) {
      if (this.#lists.has(code)) continue;
      let slot = sampleOf(this.view, this.starts[code]!, this.lengths[code]!) & mask;
      for (let probe = 0; probe < probesMax; probe += 1) {
        if (this.#slots[slot] === 0) {
          this.#slots[slot] = code;
          break;
        }
        slot = (slot + 1) & mask;
      }
    }
  }
}

const nothing: readonly number[] = [];
const newTexts = (size: number): (string | undefined)[] => Array<string | undefined>(size).fill(undefined);

/** The digits of hex as bytes. */
export const hexDigits = Buffer.from("0123456789abcdef", "latin1");

function grown(column: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(size);
  larger.set(column);
  return larger;
}
