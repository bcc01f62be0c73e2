import type { ByteReader, ByteWriter } from "../bytes.ts";
import type { Block } from "./memory.ts";

const high = 2 ** 32;
/** Stands for no place. */
const none = -1;
const fewest = 8;

/**
 * Numbers by prints of 52 bits; what was put longest ago is forgotten first. Entries lie in columns, linked in the order in which they
 * were put, and are found by open addressing: a `Map` from which entries are deleted and put again finds its oldest only behind all
 * that were deleted. Who provokes collisions makes a search as long as the number of entries, which is bounded.
 */
export class KeptNumbers implements Block {
  readonly #prints: number[] = [];
  readonly #numbers: number[] = [];
  readonly #older: number[] = [];
  readonly #newer: number[] = [];
  /** Entry by hash, counted from 1; a power of two of them, at least twice as many as entries. */
  #places = noPlaces;
  #oldest = none;
  #newest = none;
  #size = 0;
  /** Entries that were forgotten, linked by `#newer`. */
  #free = none;

  get size(): number {
    return this.#size;
  }

  /** 0 where there is none. */
  get(print: number): number {
    const entry = this.#find(print);
    return entry === none ? 0 : this.#numbers[entry]!;
  }

  /** Puts a whole number from 0 to 2^53-1 in place of what stood there, and forgets the oldest beyond `max`. */
  put(print: number, number: number, max: number): void {
    let entry = this.#find(print);
    if (entry === none) entry = this.#add(print);
    else if (entry !== this.#newest) this.#unlink(entry);
    this.#numbers[entry] = number;
    if (entry !== this.#newest) this.#link(entry);
    while (this.#size > max) this.#forget(this.#oldest);
  }

  #find(print: number): number {
    const places = this.#places;
    const last = places.length - 1;
    if (last < 0) return none;
    for (let at = hashOf(print) & last; ; at = (at + 1) & last) {
      const entry = places[at]! - 1;
      if (entry === none || this.#prints[entry] === print) return entry;
    }
  }

  #add(print: number): number {
    if ((this.#size + 1) * 2 > this.#places.length) this.#widen();
    let entry = this.#free;
    if (entry === none) entry = this.#prints.length;
    else this.#free = this.#newer[entry]!;
    this.#prints[entry] = print;
    this.#place(entry);
    this.#size += 1;
    return entry;
  }

  #widen(): void {
    this.#places = new Int32Array(Math.max(fewest, this.#places.length * 2));
    for (let entry = this.#oldest; entry !== none; entry = this.#newer[entry]!) this.#place(entry);
  }

  #place(entry: number): void {
    const places = this.#places;
    const last = places.length - 1;
    let at = hashOf(this.#prints[entry]!) & last;
    while (places[at] !== 0) at = (at + 1) & last;
    places[at] = entry + 1;
  }

  #link(entry: number): void {
    this.#older[entry] = this.#newest;
    this.#newer[entry] = none;
    if (this.#newest === none) this.#oldest = entry;
    else this.#newer[this.#newest] = entry;
    this.#newest = entry;
  }

  #unlink(entry: number): void {
    const older = this.#older[entry]!;
    const newer = this.#newer[entry]!;
    if (older === none) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === none) this.#newest = older;
    else this.#older[newer] = older;
  }

  #forget(entry: number): void {
    this.#unlink(entry);
    this.#displace(entry);
    this.#newer[entry] = this.#free;
    this.#free = entry;
    this.#size -= 1;
  }

  /** Empties the place of an entry, and moves those behind it that are then found there. */
  #displace(entry: number): void {
    const places = this.#places;
    const last = places.length - 1;
    let gap = hashOf(this.#prints[entry]!) & last;
    while (places[gap] !== entry + 1) gap = (gap + 1) & last;
    for (let at = (gap + 1) & last; places[at] !== 0; at = (at + 1) & last) {
      const wanted = hashOf(this.#prints[places[at]! - 1]!) & last;
      if (((at - wanted) & last) < ((at - gap) & last)) continue;
      places[gap] = places[at]!;
      gap = at;
    }
    places[gap] = 0;
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.#size);
    for (let entry = this.#oldest; entry !== none; entry = this.#newer[entry]!) {
      const print = this.#prints[entry]!;
      writer.int32(print | 0);
      const top = Math.trunc(print / high);
      writer.byte(top & 0xff);
      writer.byte((top >>> 8) & 0xff);
      writer.byte(top >>> 16);
      writer.varint(this.#numbers[entry]!);
    }
  }

  unpack(reader: ByteReader): void {
    for (let left = reader.varint(); left > 0; left -= 1) {
      const low = reader.int32() >>> 0;
      const top = reader.byte() | (reader.byte() << 8) | (reader.byte() << 16);
      this.put(top * high + low, reader.varint(), Number.POSITIVE_INFINITY);
    }
  }
}

const noPlaces = new Int32Array(0);

/** Prints are hashes themselves; where one was mixed with a small number, its low bits are as well. */
const hashOf = (print: number): number => {
  const low = print | 0;
  return low ^ (low >>> 15);
};
