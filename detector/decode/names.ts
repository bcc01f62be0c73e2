import type { Cursor } from "./cursor.ts";
import { isSame, sampleOf } from "./bytes-hash.ts";

/** What a span says of itself beside its attributes; rules read these like attributes. */
export const ownNames = ["span.name", "span.kind", "trace.id", "scope.name"] as const;

/** The attributes that are read, each at its place in a row; the properties of the span itself follow them. */
export interface Names {
  /** Attributes, then `ownNames`. */
  readonly all: readonly string[];
  /** Place of the first stamp: what a collector writes, read only where it is trusted. All attributes from here on are stamps. */
  readonly stampsFrom: number;
  /** Place of a name; -1 when it is not read. */
  placeOf(name: string): number;
  /**
   * Place of the attribute whose name some bytes spell, without making a string of them; -1 when it is not read.
   *
   * @param guess A place that is tried first, -1 for none.
   */
  find(cursor: Cursor, start: number, end: number, guess: number): number;
}

/**
 * The names to read, which may be any text; made once and never changed by what comes in.
 *
 * @param stamps Names of what only a collector may say.
 *
 * @example
 * namesOf(["user.id"]).find(new Cursor(Buffer.from("user.id")), 0, 7, -1); // 0
 */
export function namesOf(attributes: Iterable<string>, stamps: readonly string[] = []): Names {
  const read = [...new Set([...attributes, ...stamps])];
  const all = [...read, ...ownNames];
  const raws = read.map((name) => Buffer.from(name, "utf8"));
  const bytes = Buffer.concat(raws);
  const known = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // At most one slot in four is taken, so that a name that is not read is told from one look.
  const mask = 2 ** Math.ceil(Math.log2(4 * raws.length + 4)) - 1;
  const found = new Int32Array(mask + 1).fill(-1);
  const starts = new Int32Array(raws.length);
  const lengths = Int32Array.from(raws, (raw) => raw.length);
  let start = 0;
  raws.forEach((raw, place) => {
    starts[place] = start;
    let slot = sampleOf(known, start, raw.length) & mask;
    while (found[slot] !== -1) slot = (slot + 1) & mask;
    found[slot] = place;
    start += raw.length;
  });
  const places = new Map(all.map((name, place) => [name, place]));
  return {
    all,
    stampsFrom: read.length - stamps.length,
    placeOf: (name) => places.get(name) ?? -1,
    find({ view }, from, end, guess) {
      const length = end - from;
      if (guess !== -1 && lengths[guess] === length && isSame(known, starts[guess]!, view, from, length))
        return guess;
      let slot = sampleOf(view, from, length) & mask;
      for (let place = found[slot]!; place !== -1; place = found[slot]!) {
        if (lengths[place] === length && isSame(known, starts[place]!, view, from, length)) return place;
        slot = (slot + 1) & mask;
      }
      return -1;
    },
  };
}
