import { idInts } from "../attribute/action-columns.ts";

/** Actions remembered of a partition: 28 bytes each, and the same again for finding them. A power of two. */
const roomDefault = 2 ** 17;

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
  readonly #room: number;
  readonly #ids: Int32Array;
  readonly #starts: Float64Array;
  readonly #owners: string[] = [];
  readonly #isTrusted: Uint8Array;
  /** Places by hash, plus one; 0 is free. Twice as many as there are actions. */
  readonly #slots: Int32Array;
  #count = 0;

  constructor(horizonUs: number, room = roomDefault) {
    this.horizonUs = horizonUs;
    this.latestUs = horizonUs;
    this.#room = room;
    this.#ids = new Int32Array(room * idInts);
    this.#starts = new Float64Array(room);
    this.#isTrusted = new Uint8Array(room);
    this.#slots = new Int32Array(room * 2);
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
    const place = this.#count % this.#room;
    if (this.#count >= this.#room) this.#forget(place);
    this.#count += 1;
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

  /** Frees a place, and closes the gap it leaves among those that share its slots. */
  #forget(place: number): void {
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
