/**
 * Goal: a digest tells nothing of a word to who has not the key, and words do not fall together.
 * Method: one bit of the key or one letter is changed; about half of the digest's bits must change. And as many different
 * words as a session holds, counted against what chance allows.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { digest, digestKey } from "../../../instrumentation/lineage/digest.ts";

const key = fc.uint8Array({ minLength: 8, maxLength: 8 });
const word = fc.string({ minLength: 1, maxLength: 12 });
const rounds = 2_000;

function of(bytes: Uint8Array, text: string): number {
  return digest(digestKey(bytes), text, 0, text.length);
}

function bitsOf(number: number): number {
  return (number >>> 0).toString(2).replaceAll("0", "").length;
}

test("each bit of the key changes half of the digest", () => {
  const changed = Array.from({ length: 64 }, () => 0);
  const samples = fc.sample(fc.tuple(key, word), rounds);
  for (const [bytes, text] of samples)
    for (let bit = 0; bit < 64; bit += 1) {
      const other = Uint8Array.from(bytes);
      other[bit >> 3]! ^= 1 << (bit & 7);
      changed[bit]! += bitsOf(of(bytes, text) ^ of(other, text));
    }
  for (const sum of changed) expect(Math.abs(sum / rounds - 16)).toBeLessThan(1.5);
});

test("each letter and each length changes half of the digest", () => {
  let changed = 0;
  let compared = 0;
  for (const [bytes, text] of fc.sample(fc.tuple(key, word), rounds))
    for (const other of [`${text}a`, `a${text}`, text.slice(1), `${text.slice(0, -1)}\u0101`]) {
      if (other === text || other === "") continue;
      compared += 1;
      changed += bitsOf(of(bytes, text) ^ of(bytes, other));
    }
  expect(Math.abs(changed / compared - 16)).toBeLessThan(0.5);
});

test("different words have different digests, save what chance allows", () => {
  const [bytes = new Uint8Array(8)] = fc.sample(key, 1);
  const digests = new Set<number>();
  for (let at = 0; at < 200_000; at += 1) digests.add(of(bytes, `w${at}`));
  // 200,000 draws out of 2^32 fall together 4.7 times on average; above 25 is one in a million million.
  expect(200_000 - digests.size).toBeLessThan(25);
});

test("a part of a text has the digest of that text alone", () => {
  fc.assert(
    fc.property(key, word, word, word, (bytes, before, text, after) => {
      const whole = before + text + after;
      expect(digest(digestKey(bytes), whole, before.length, before.length + text.length)).toBe(
        of(bytes, text),
      );
    }),
  );
});
