import { idInts } from "../attribute/action-columns.ts";

/** Most actions remembered of a partition: 25 bytes each, their owner, and 8 for finding them. A power of two. */
const roomMaxDefault = 2 ** 17;
/** Room that is made at once; a quiet partition never needs more. */
const roomMin = 2 ** 8;

/**
 * The last actions of a partition, to know one that is delivered again: same id, same start, same identity, compared to
 * the last bit. Of those that no longer fit, only the latest start is kept: what started later than that can't have been
 * forgotten, and what started earlier is asked of the store. So a duplicate is known however late it comes.
 */
export class RecentActions {
  /** Latest start, in microseconds, of an action that is not remembered any more. */
  horizonUs: number;
  /** Latest start of all actions so far: the horizon for whoever takes the partition over. */
  latestUs: number;
  readonly #roomMax: number;
  #room = 0;
  #ids = new Int32Array(0);
  #starts = new Float64Array(0);
  #owners: string[] = [];
  #isTrusted = new Uint8Array(0);
  /** Places by hash, plus one; 0 is free. Twice as many as there are actions. */
  #slots = new Int32Array(0);
  /** How many were added so far, and how many of these are forgotten. */
  #added = 0;
  #forgotten = 0;

  /** @param roomMax Most actions that are remembered, unless more are asked for at once; a power of two. */
  constructor(horizonUs: number, roomMax = roomMaxDefault) {
    this.horizonUs = horizonUs;
    this.latestUs = horizonUs;
    this.#roomMax = roomMax;
    this.#resize(Math.min(roomMin, roomMax));
  }

  /**
   * Forgets so many that `count` more fit. Before the store is asked: what is forgotten later would be known neither
   * here nor from there.
   */
  makeRoom(count: number): void {
    const wanted = this.#added - this.#forgotten + count;
    if (wanted > this.#room && this.#room < this.#roomMax) this.#grow(Math.min(wanted, this.#roomMax));
    const kept = Math.max(0, this.#room - count);
    while (this.#added - this.#forgotten > kept) this.#forgetOldest();
    if (count > this.#room) this.#resize(powerOfTwo(count));
  }

  /** @param owner Tenant and identity; whoever copies another's ids does not take its place. */
  has(ids: Int32Array, at: number, startedAtUs: number, owner: string): boolean {
    return this.#slots[this.#find(ids, at, startedAtUs, owner)] !== 0;
  }

  /**
   * Remembers an action that is not there yet.
   *
   * @param isTrusted Whether its clock is believed: a start in the far future would put everything before the horizon.
   */
  add(ids: Int32Array, at: number, startedAtUs: number, owner: string, isTrusted: boolean): void {
    if (this.#added - this.#forgotten === this.#room) this.#forgetOldest();
    const place = this.#added % this.#room;
    this.#added += 1;
    for (let int = 0; int < idInts; int += 1) this.#ids[place * idInts + int] = ids[at + int]!;
    this.#starts[place] = startedAtUs;
    this.#owners[place] = owner;
    this.#isTrusted[place] = isTrusted ? 1 : 0;
    if (isTrusted && startedAtUs > this.latestUs) this.latestUs = startedAtUs;
    this.#slots[this.#find(ids, at, startedAtUs, owner)] = place + 1;
  }

  /** The slot of an action, or the free one where it would be. */
  #find(ids: Int32Array, at: number, startedAtUs: number, owner: string): number {
    const mask = this.#slots.length - 1;
    for (let slot = ids[at]! & mask; ; slot = (slot + 1) & mask) {
      const place = this.#slots[slot]! - 1;
      if (place < 0) return slot;
      const from = place * idInts;
      if (
        this.#ids[from] === ids[at] &&
        this.#ids[from + 1] === ids[at + 1] &&
        this.#ids[from + 2] === ids[at + 2] &&
        this.#ids[from + 3] === ids[at + 3] &&
        this.#starts[place] === startedAtUs &&
        this.#owners[place] === owner
      )
        return slot;
    }
  }

  /** Room for so many, with all that is remembered. */
  #grow(count: number): void {
    const { horizonUs, latestUs } = this;
    const [ids, starts, owners, isTrusted] = [this.#ids, this.#starts, this.#owners, this.#isTrusted];
    const [first, end, mask] = [this.#forgotten, this.#added, this.#room - 1];
    this.#resize(powerOfTwo(count));
    for (let nth = first; nth < end; nth += 1) {
      const place = nth & mask;
      this.add(ids, place * idInts, starts[place]!, owners[place]!, isTrusted[place] === 1);
    }
    this.horizonUs = horizonUs;
    this.latestUs = latestUs;
  }

  /** Room for so many when nothing is remembered. */
  #resize(room: number): void {
    this.#room = room;
    this.#ids = new Int32Array(room * idInts);
    this.#starts = new Float64Array(room);
    this.#owners = [];
    this.#isTrusted = new Uint8Array(room);
    this.#slots = new Int32Array(room * 2);
    this.#added = 0;
    this.#forgotten = 0;
  }

  /** Frees a place, and closes the gap it leaves among those that share its slots. */
  #forgetOldest(): void {
    const place = this.#forgotten % this.#room;
    this.#forgotten += 1;
    if (this.#isTrusted[place] === 1) this.horizonUs = Math.max(this.horizonUs, this.#starts[place]!);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let free = this.#ids[place * idInts]! & mask;
    while (slots[free] !== place + 1) free = (free + 1) & mask;
    for (let slot = (free + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.#ids[(slots[slot]! - 1) * idInts]! & mask;
      // It may move back when its own slot does not lie between the gap and where it is.
      if (((slot - home) & mask) < ((slot - free) & mask)) continue;
      slots[free] = slots[slot]!;
      free = slot;
    }
    slots[free] = 0;
  }
}

const powerOfTwo = (count: number): number => 2 ** Math.ceil(Math.log2(count));
