import { randomInt } from "node:crypto";

/** Bytes of a page; the first ones are smaller, as most partitions hold few identities. */
const pageBytesMin = 4096;
const pageBytesMax = 2 ** 18;
/** Hash of the key, its length and that of the state, before both. */
const headBytes = 12;
/** A place is a page's number times this, plus where in the page. No page is longer. */
const placesOfPage = 2 ** 26;
const slotsMin = 64;
/** Share of the slots that may be taken. */
const fullest = 0.75;

interface Page {
  bytes: Buffer;
  /** Where the first entry is that may be alive, and the end of the last one. */
  from: number;
  end: number;
  /** Bytes of entries that were not replaced since. */
  alive: number;
}

/**
 * Packed states by key, in the order in which they were last put. They lie one after the other in a few large buffers,
 * with an index of plain numbers: a million of them as objects would keep the garbage collector busy for as long as all
 * the judging takes.
 */
export class PackedStates {
  size = 0;
  /** By number, the oldest first. */
  readonly #pages = new Map<number, Page>();
  #last = -1;
  /** Where each entry is, -1 for a free slot, and its hash: a table with open addressing. */
  #places = new Float64Array(slotsMin).fill(-1);
  #hashes = new Int32Array(slotsMin);
  readonly #key = new KeyBytes();

  /** Bytes of the buffers they lie in. */
  get roomBytes(): number {
    return [...this.#pages.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  has(key: string): boolean {
    return this.size > 0 && this.#places[this.#find(this.#key.set(key))] !== -1;
  }

  /** The packed state, good until the next change; undefined when there is none. */
  get(key: string): Buffer | undefined {
    if (this.size === 0) return undefined;
    const place = this.#places[this.#find(this.#key.set(key))]!;
    if (place === -1) return undefined;
    const [{ bytes }, at] = this.#at(place);
    const from = at + headBytes + bytes.readUInt32LE(at + 4);
    return bytes.subarray(from, from + bytes.readUInt32LE(at + 8));
  }

  /** Puts a state after all others. Returns how many bytes its state had before, -1 when there was none. */
  put(key: string, packed: Buffer): number {
    const wanted = this.#key.set(key);
    let slot = this.#find(wanted);
    const before = this.#places[slot]!;
    const replaced = before === -1 ? -1 : this.#bury(before);
    if (before === -1) {
      this.size += 1;
      if (this.size > this.#places.length * fullest) {
        this.#growIndex();
        slot = this.#find(wanted);
      }
    }
    this.#hashes[slot] = wanted.hash;
    this.#places[slot] = this.#append(wanted, packed);
    return replaced;
  }

  /** Takes a state away; returns how many bytes it had, -1 when there was none. */
  delete(key: string): number {
    if (this.size === 0) return -1;
    const slot = this.#find(this.#key.set(key));
    const place = this.#places[slot]!;
    if (place === -1) return -1;
    this.#free(slot);
    return this.#bury(place);
  }

  /** Takes the oldest state away; returns its key and how many bytes it had, undefined when there is none left. */
  shift(): { readonly key: string; readonly bytes: number } | undefined {
    for (const [number, page] of this.#pages) {
      while (page.from < page.end) {
        const at = page.from;
        page.from += entryBytes(page.bytes, at);
        const slot = this.#slotOf(page.bytes.readInt32LE(at), number * placesOfPage + at);
        if (slot === -1) continue;
        this.#free(slot);
        page.alive -= page.from - at;
        const keyFrom = at + headBytes;
        const key = page.bytes.toString("utf16le", keyFrom, keyFrom + page.bytes.readUInt32LE(at + 4));
        return { key, bytes: page.bytes.readUInt32LE(at + 8) };
      }
      if (number !== this.#last) this.#pages.delete(number);
    }
    return undefined;
  }

  /** Gives back the room of what was replaced, where that is a quarter of a page or more. */
  tidy(): void {
    for (const [number, page] of this.#pages) {
      if (number === this.#last || page.alive > page.end * 0.75) continue;
      if (page.alive === 0) this.#pages.delete(number);
      else this.#compact(number, page);
    }
  }

  /** Copies what is alive into a buffer of just that size. */
  #compact(number: number, page: Page): void {
    const bytes = Buffer.allocUnsafeSlow(page.alive);
    let end = 0;
    for (let at = page.from; at < page.end; at += entryBytes(page.bytes, at)) {
      const slot = this.#slotOf(page.bytes.readInt32LE(at), number * placesOfPage + at);
      if (slot === -1) continue;
      // No place that is still to be looked for is taken: what is copied moves towards the front.
      this.#places[slot] = number * placesOfPage + end;
      end += page.bytes.copy(bytes, end, at, at + entryBytes(page.bytes, at));
    }
    Object.assign(page, { bytes, end, from: 0 });
  }

  #append({ bytes, length, hash }: KeyBytes, packed: Buffer): number {
    const size = headBytes + length + packed.length;
    let page = this.#pages.get(this.#last);
    if (page === undefined || page.end + size > page.bytes.length) {
      const room = Math.min(pageBytesMax, page === undefined ? pageBytesMin : page.bytes.length * 2);
      page = { bytes: Buffer.allocUnsafeSlow(Math.max(room, size)), from: 0, end: 0, alive: 0 };
      this.#last += 1;
      this.#pages.set(this.#last, page);
    }
    const at = page.end;
    page.bytes.writeInt32LE(hash, at);
    page.bytes.writeUInt32LE(length, at + 4);
    page.bytes.writeUInt32LE(packed.length, at + 8);
    bytes.copy(page.bytes, at + headBytes, 0, length);
    packed.copy(page.bytes, at + headBytes + length);
    page.end += size;
    page.alive += size;
    return this.#last * placesOfPage + at;
  }

  /** Counts an entry as replaced. Returns the bytes of its state. */
  #bury(place: number): number {
    const [page, at] = this.#at(place);
    page.alive -= entryBytes(page.bytes, at);
    return page.bytes.readUInt32LE(at + 8);
  }

  #at(place: number): readonly [Page, number] {
    return [this.#pages.get(Math.floor(place / placesOfPage))!, place % placesOfPage];
  }

  /** The slot of a key, or the free one where it would be. */
  #find({ bytes, length, hash }: KeyBytes): number {
    const mask = this.#places.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = this.#places[slot]!;
      if (place === -1) return slot;
      if (this.#hashes[slot] !== hash) continue;
      const [page, at] = this.#at(place);
      const from = at + headBytes;
      if (page.bytes.readUInt32LE(at + 4) !== length) continue;
      if (bytes.compare(page.bytes, from, from + length, 0, length) === 0) return slot;
    }
  }

  /** The slot that says that an entry is at a place; -1 when none does. */
  #slotOf(hash: number, place: number): number {
    const mask = this.#places.length - 1;
    for (let slot = hash & mask; this.#places[slot] !== -1; slot = (slot + 1) & mask)
      if (this.#places[slot] === place) return slot;
    return -1;
  }

  /** Frees a slot and closes the gap it leaves among those that share its way. */
  #free(freed: number): void {
    this.size -= 1;
    const mask = this.#places.length - 1;
    let gap = freed;
    for (let slot = (gap + 1) & mask; this.#places[slot] !== -1; slot = (slot + 1) & mask) {
      const home = this.#hashes[slot]! & mask;
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      this.#places[gap] = this.#places[slot]!;
      this.#hashes[gap] = this.#hashes[slot]!;
      gap = slot;
    }
    this.#places[gap] = -1;
  }

  #growIndex(): void {
    const [places, hashes] = [this.#places, this.#hashes];
    this.#places = new Float64Array(places.length * 2).fill(-1);
    this.#hashes = new Int32Array(places.length * 2);
    const mask = this.#places.length - 1;
    for (let old = 0; old < places.length; old += 1) {
      if (places[old] === -1) continue;
      let slot = hashes[old]! & mask;
      while (this.#places[slot] !== -1) slot = (slot + 1) & mask;
      this.#places[slot] = places[old]!;
      this.#hashes[slot] = hashes[old]!;
    }
  }
}

const entryBytes = (bytes: Buffer, at: number): number =>
  headBytes + bytes.readUInt32LE(at + 4) + bytes.readUInt32LE(at + 8);

/** Drawn, so that nobody can choose identities that all share a hash. It shows in no result. */
const seed = randomInt(2 ** 31);

/** A key as bytes, with its hash; one for all keys in turn. */
class KeyBytes {
  bytes = Buffer.allocUnsafeSlow(256);
  length = 0;
  hash = 0;

  set(key: string): this {
    // UTF-16, as that is exact: what isn't text in UTF-8 would become the same sign.
    if (key.length * 2 > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(key.length * 2);
    this.length = this.bytes.write(key, 0, "utf16le");
    let hash = seed;
    for (let at = 0; at < key.length; at += 1) {
      hash = Math.imul(hash ^ key.charCodeAt(at), 0x5bd1e995);
      hash = (hash << 13) | (hash >>> 19);
    }
    this.hash = hash ^ (hash >>> 15);
    return this;
  }
}
