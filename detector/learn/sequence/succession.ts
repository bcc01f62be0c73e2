import type { ByteReader, ByteWriter } from "../../bytes.ts";
import type { Block } from "../memory.ts";
import { Followers } from "./followers.ts";

/** Beginnings that are told apart, of one thing and of two in a row; the one that was met longest ago is forgotten first. */
const contextsMax = 88;
/** Followers of all of them together. */
const pairsMax = 256;
/** More things than there are numbers for. */
const radix = 256;

/**
 * What an identity does after what: prediction by partial matching over the last two things (Cleary and Witten 1984). What was never
 * met after two is looked for after one, then anywhere; each step down costs what it is worth by method C of Moffat
 * (1990), which is Witten and Bell's: with d different ones in n, something new has the chance d / (n + d).
 */
export class Succession implements Block {
  /** Ordinal of the action from which on it is followed what the identity does, plus one; 0 before. */
  from = 0;
  readonly #anywhere = new Followers();
  /** By what came before: one number, or two as one. Those met last stand last. */
  readonly #contexts = new Map<number, Followers>();
  #pairs = 0;

  /** Things that were counted. */
  get total(): number {
    return this.#anywhere.total;
  }

  /** What came directly after one thing; undefined where nothing did, or none of it is remembered. */
  after(one: number): Followers | undefined {
    return this.#contexts.get(one);
  }

  /** How surprising it is to see `number` after `before` and `last`, in bits; 0 stands for a beginning, as `number` for a name never seen. */
  bits(before: number, last: number, number: number): number {
    let bits = 0;
    for (let order = 2; order >= 0; order -= 1) {
      const followers = order === 0 ? this.#anywhere : this.#contexts.get(keyOf(order, before, last));
      if (followers === undefined || followers.total === 0) continue;
      const { total, size } = followers;
      const count = number === 0 ? 0 : followers.count(number);
      if (count > 0) return bits + Math.log2((total + size) / count);
      bits += Math.log2((total + size) / size);
    }
    return bits + Math.log2(this.#anywhere.size + 1);
  }

  /** Counts `number` after `before` and `last`. */
  count(before: number, last: number, number: number, ordinal: number): void {
    this.#anywhere.add(number, ordinal);
    for (let order = 2; order >= 1; order -= 1) {
      const key = keyOf(order, before, last);
      const followers = this.#contexts.get(key) ?? new Followers();
      // As the last, so that the one that was met longest ago stands first.
      this.#contexts.delete(key);
      this.#contexts.set(key, followers);
      if (followers.add(number, ordinal)) this.#pairs += 1;
    }
    if (this.#contexts.size > contextsMax || this.#pairs > pairsMax) this.#forget();
  }

  #forget(): void {
    for (const [key, { size }] of this.#contexts) {
      if (this.#contexts.size <= contextsMax && this.#pairs <= pairsMax) return;
      this.#contexts.delete(key);
      this.#pairs -= size;
    }
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.from);
    this.#anywhere.pack(writer);
    writer.varint(this.#contexts.size);
    for (const [key, followers] of this.#contexts) {
      writer.varint(key);
      followers.pack(writer);
    }
  }

  unpack(reader: ByteReader): void {
    this.from = reader.varint();
    this.#anywhere.unpack(reader);
    for (let left = reader.varint(); left > 0; left -= 1) {
      const key = reader.varint();
      const followers = new Followers();
      followers.unpack(reader);
      this.#contexts.set(key, followers);
      this.#pairs += followers.size;
    }
  }
}

/** One thing stands under its number, two under both: they never meet, as the second is at least `radix`. */
const keyOf = (order: number, before: number, last: number): number =>
  order === 1 ? last : (before + 1) * radix + last;
