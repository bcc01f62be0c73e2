/**
 * Goal: however a stream is cut into chunks, its lines come out alike, no byte is lost, and no more than the limit is held.
 * Method: generated lines and cuts, against the text cut by its line ends.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Line, LineSplitter } from "../../../instrumentation/mcp-proxy/lines.ts";

const bytesMax = 16;

function split(bytes: Buffer, cuts: readonly number[]): Line[] {
  const splitter = new LineSplitter(bytesMax);
  const ends = [...cuts.map((cut) => cut % (bytes.byteLength + 1)), bytes.byteLength].toSorted(
    (a, b) => a - b,
  );
  const lines: Line[] = [];
  let from = 0;
  for (const end of ends) {
    lines.push(...splitter.push(bytes.subarray(from, end)));
    from = end;
  }
  return [...lines, ...splitter.end()];
}

const text = fc.array(fc.constantFrom("a", "\n", "\r", "é", "\u{1F600}", "\0", "aaaaaaaa"), {
  maxLength: 60,
});

test("lines within the limit come whole, longer ones in pieces, and all bytes in order", () => {
  fc.assert(
    fc.property(text, fc.array(fc.nat(200), { maxLength: 12 }), (parts, cuts) => {
      const bytes = Buffer.from(parts.join(""));
      const lines = split(bytes, cuts);
      expect(Buffer.concat(lines.map((line) => line.bytes)).equals(bytes)).toBe(true);
      const expected = bytes.toString("latin1").match(/[^\n]*\n|[^\n]+$/gu) ?? [];
      expect(lines.filter((one) => one.part === "whole").map((one) => one.bytes.toString("latin1"))).toEqual(
        expected.filter((line) => line.length <= bytesMax),
      );
      expect(lines.filter((one) => one.part === "begin")).toHaveLength(
        expected.filter((line) => line.length > bytesMax).length,
      );
    }),
    { numRuns: 2000 },
  );
});

test("a line that is too long begins, goes on and ends", () => {
  const parts = split(Buffer.from(`${"x".repeat(40)}\nnext\n`), [10, 20, 30]);
  expect(parts.map((one) => one.part)).toEqual(["begin", "middle", "end", "whole"]);
});
