/** Goal: what was put longest ago is forgotten, and nothing else. Method: the same in a map, where many prints have one hash. */
import { expect, test } from "@jest/globals";
import { ByteReader, ByteWriter } from "../../detector/bytes.ts";
import { KeptNumbers } from "../../detector/learn/kept-numbers.ts";

/** The same in a Map: what is put again goes to its end. */
class Twin {
  readonly numbers = new Map<number, number>();

  put(print: number, number: number, max: number): void {
    this.numbers.delete(print);
    this.numbers.set(print, number);
    for (const oldest of this.numbers.keys()) if (this.numbers.size > max) this.numbers.delete(oldest);
  }
}

const packed = (kept: KeptNumbers): Buffer => {
  const writer = new ByteWriter();
  kept.pack(writer);
  return Buffer.from(writer.finish());
};

/** Prints of which many have the same hash; as many as are wanted, the same each time. */
const prints = (count: number): readonly number[] =>
  Array.from(
    { length: count },
    (_, nth) => (nth % 7) * 2 ** 33 + Math.floor(nth / 7) * (nth % 2 === 0 ? 1 : 2 ** 20),
  );

test.each([1, 3, 16, 200])("keeps what a map keeps of which at most %i entries stay", (max) => {
  const kept = new KeptNumbers();
  const twin = new Twin();
  const known = prints(300);
  for (let nth = 0; nth < 5000; nth += 1) {
    const print = known[Math.floor(((nth * 7919) % 10_007) ** 1.5) % known.length]!;
    kept.put(print, nth, nth < 100 ? Math.min(max, 8) : max);
    twin.put(print, nth, nth < 100 ? Math.min(max, 8) : max);
  }
  expect(kept.size).toBe(twin.numbers.size);
  for (const print of known) expect(kept.get(print)).toBe(twin.numbers.get(print) ?? 0);
  const again = new KeptNumbers();
  for (const [print, number] of twin.numbers) again.put(print, number, max);
  expect(packed(kept)).toEqual(packed(again));
  const read = new KeptNumbers();
  read.unpack(new ByteReader(packed(kept)));
  expect(packed(read)).toEqual(packed(kept));
});
