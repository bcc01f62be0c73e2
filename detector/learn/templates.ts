import type { ByteReader, ByteWriter } from "../bytes.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { Block } from "./memory.ts";
import { NewsRate } from "./news-rate.ts";

/** A place with fewer different segments than this is not taken for one that varies, while there is room. */
const differentMin = 16;
/** Of a place that varies, at least every fourth observation brought a segment that came only once: it goes on bringing new ones. */
const onceShare = 0.25;

/** Stands for all segments of a place that varies; no text has this fingerprint. */
const any: Fingerprint = { high: 0, low: 0 };

/** Fields of a node; nodes lie one after the other, the root first, and 0 is no child. */
const [high, low, child, next, parent, seen, flags, fields] = [0, 1, 2, 3, 4, 5, 6, 7];
const root = 0;

/** Flags: a value ends here, segments below it vary, and how often the observations had doubled when the value came. */
const [ends, varies, doubled] = [1, 2, 4];

/**
 * Names of resources as a tree of their segments. Where ever new segments come at a place, all of them are one from then
 * on, so that the ten-thousandth object of a bucket is no news and the first of another bucket is. Without room for more it
 * takes the widest place for one that varies, and so knows less and less of an identity that uses more and more.
 *
 * What is told apart now holds for all that was seen before: news are the different templates that the values make
 * today. So the numbers can be recounted from the values and the places that vary, in whatever order they came.
 */
export class Templates implements Block {
  rate = new NewsRate();
  /** Ordinal of the action with which it began anew; undefined while it knows everything from the first one on. */
  since: number | undefined = undefined;
  #isTight = false;
  #nodesMax = 0;
  #nodes: number[] = newTree();

  get canTell(): boolean {
    return true;
  }

  get observations(): number {
    return this.rate.observations;
  }

  /** Different templates. */
  get news(): number {
    return this.#endsFrom(0);
  }

  /** Those of them that came first with one of the latest observations. */
  get newsLately(): number {
    return this.#endsFrom(Math.log2(this.rate.from));
  }

  has(segments: readonly Fingerprint[]): boolean {
    let node = root;
    for (let at = 0; at < segments.length; at += 1) {
      node = this.#find(node, this.#is(node, varies) ? any : segments[at]!);
      if (node === 0) return false;
    }
    return this.#is(node, ends);
  }

  /** Learns a value, with room for `nodesMax` segments. */
  observe(segments: readonly Fingerprint[], nodesMax: number, ordinal: number, atUs = 0): void {
    if (this.#isTight && nodesMax > this.#nodesMax) this.#beginAnew(ordinal);
    this.#nodesMax = nodesMax;
    this.rate.note(0, atUs);
    let isNew = false;
    let node = root;
    this.#nodes[node + seen]! += 1;
    for (let at = 0; at < segments.length; at += 1) {
      const print = this.#is(node, varies) ? any : segments[at]!;
      const found = this.#find(node, print);
      isNew ||= found === 0;
      node = found === 0 ? this.#add(node, print) : found;
      this.#nodes[node + seen]! += 1;
    }
    if (!this.#is(node, ends))
      this.#nodes[node + flags]! |= ends | (doubled * Math.floor(Math.log2(this.observations)));
    if (isNew) this.#settle();
  }

  /** The places that vary: the fingerprints of the segments before them, each followed by a slash, `*` for one that varies. */
  get varying(): readonly string[] {
    const places: string[] = [];
    for (let node = root; node < this.#nodes.length; node += fields)
      if (this.#is(node, varies)) places.push(this.#placeOf(node));
    return places.toSorted();
  }

  #placeOf(node: number): string {
    if (node === root) return "";
    const print = this.#isAny(node) ? "*" : hex(this.#nodes[node + high]!) + hex(this.#nodes[node + low]!);
    return `${this.#placeOf(this.#nodes[node + parent]!)}${print}/`;
  }

  #is(node: number, flag: number): boolean {
    return (this.#nodes[node + flags]! & flag) !== 0;
  }

  #isAny(node: number): boolean {
    return this.#nodes[node + high] === any.high && this.#nodes[node + low] === any.low;
  }

  #endsFrom(doublings: number): number {
    let count = 0;
    for (let node = root; node < this.#nodes.length; node += fields)
      if (this.#is(node, ends) && this.#nodes[node + flags]! >= doubled * doublings) count += 1;
    return count;
  }

  #find(node: number, print: Fingerprint): number {
    return findIn(this.#nodes, node, print);
  }

  #add(node: number, print: Fingerprint): number {
    return addTo(this.#nodes, node, print);
  }

  /** Takes places for varying ones that are, and the widest while there is no room. */
  #settle(): void {
    for (;;) {
      let widest = -1;
      let most = 1;
      for (let node = root; node < this.#nodes.length; node += fields) {
        if (this.#is(node, varies)) continue;
        const { different, once } = this.#widthOf(node);
        const isOpen = different >= differentMin && once >= onceShare * this.#nodes[node + seen]!;
        if (isOpen || different > most)
          [widest, most] = [node, isOpen ? Number.POSITIVE_INFINITY : different];
      }
      const isFull = this.#nodes.length > (this.#nodesMax + 1) * fields;
      if (widest === -1 || (most !== Number.POSITIVE_INFINITY && !isFull)) return;
      if (most !== Number.POSITIVE_INFINITY) this.#isTight = true;
      this.#nodes[widest + flags]! |= varies;
      this.#fold();
    }
  }

  #widthOf(node: number): { readonly different: number; readonly once: number } {
    let different = 0;
    let once = 0;
    for (let at = this.#nodes[node + child]!; at !== 0; at = this.#nodes[at + next]!) {
      different += 1;
      if (this.#nodes[at + seen] === 1) once += 1;
    }
    return { different, once };
  }

  /** Makes one of all segments at each place that varies. What was folded may vary below, and is folded again. */
  #fold(): void {
    let isFolded = false;
    while (!isFolded) {
      const before = this.#nodes;
      this.#nodes = newTree();
      merge(before, root, this.#nodes, root);
      isFolded = before.length === this.#nodes.length;
    }
  }

  #beginAnew(ordinal: number): void {
    this.rate = new NewsRate();
    this.since = ordinal;
    this.#isTight = false;
    this.#nodes = newTree();
  }

  pack(writer: ByteWriter): void {
    this.rate.pack(writer);
    writer.byte((this.#isTight ? 1 : 0) | (this.since === undefined ? 0 : 2));
    if (this.observations === 0) return;
    if (this.since !== undefined) writer.varint(this.since);
    writer.varint(this.#nodesMax);
    const nodes = this.#nodes;
    writer.varint(nodes.length / fields);
    for (let node = root; node < nodes.length; node += fields) {
      writer.varint(nodes[node + flags]! * 2 + (this.#isAny(node) ? 1 : 0));
      writer.varint(nodes[node + seen]!);
      if (node !== root) writer.varint(nodes[node + parent]! / fields);
      if (this.#isAny(node)) continue;
      writer.int32(nodes[node + high]!);
      writer.int32(nodes[node + low]!);
    }
  }

  unpack(reader: ByteReader): void {
    this.rate.unpack(reader);
    const state = reader.byte();
    if (this.observations === 0) return;
    this.#isTight = (state & 1) === 1;
    if ((state & 2) === 2) this.since = reader.varint();
    this.#nodesMax = reader.varint();
    const count = reader.varint();
    for (let nth = 0; nth < count; nth += 1) {
      const packed = reader.varint();
      const passed = reader.varint();
      const above = nth === 0 ? root : reader.varint() * fields;
      const print = packed % 2 === 1 ? any : { high: reader.int32(), low: reader.int32() };
      const node = nth === 0 ? root : addTo(this.#nodes, above, print);
      this.#nodes[node + flags] = Math.floor(packed / 2);
      this.#nodes[node + seen] = passed;
    }
  }
}

const newTree = (): number[] => [0, 0, 0, 0, 0, 0, 0];

const hex = (int: number): string => (int >>> 0).toString(16).padStart(8, "0");

/** The child of a node with a segment; 0 when there is none. */
function findIn(nodes: readonly number[], node: number, print: Fingerprint): number {
  let at = nodes[node + child]!;
  while (at !== 0 && (nodes[at + high] !== print.high || nodes[at + low] !== print.low))
    at = nodes[at + next]!;
  return at;
}

function addTo(nodes: number[], node: number, print: Fingerprint): number {
  const made = nodes.length;
  nodes.push(print.high, print.low, 0, nodes[node + child]!, node, 0, 0);
  nodes[node + child] = made;
  return made;
}

/** Adds what is known at a node of one tree, and below it, to a node of another. */
function merge(from: readonly number[], node: number, to: number[], into: number): void {
  to[into + seen]! += from[node + seen]!;
  to[into + flags] = mergedFlags(from[node + flags]!, to[into + flags]!);
  const isVarying = (from[node + flags]! & varies) !== 0;
  for (let at = from[node + child]!; at !== 0; at = from[at + next]!) {
    const print = isVarying ? any : { high: from[at + high]!, low: from[at + low]! };
    merge(from, at, to, findIn(to, into, print) || addTo(to, into, print));
  }
}

/** A value that ends in both came when the earlier of the two did. */
function mergedFlags(one: number, other: number): number {
  const came = (given: number): number =>
    (given & ends) === 0 ? Number.POSITIVE_INFINITY : Math.floor(given / doubled);
  const earlier = Math.min(came(one), came(other));
  return ((one | other) & (ends | varies)) | (Number.isFinite(earlier) ? earlier * doubled : 0);
}
