/**
 * Goal: names of resources are compared without what varies in them, and what varies is learned from few of them.
 * Method: trees are told of names in any order, beside a plain reading of the same rule.
 */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { ByteReader, ByteWriter } from "../../detector/bytes.ts";
import { segmentsOf, segmentTexts } from "../../detector/learn/segments.ts";
import { Templates } from "../../detector/learn/templates.ts";

const room = 80;
const bytesMax = 1024;

function learned(names: readonly string[], nodesMax = room): Templates {
  const templates = new Templates();
  names.forEach((name, nth) => templates.observe(segmentsOf(name), nodesMax, nth));
  return templates;
}

const has = (templates: Templates, name: string): boolean => templates.has(segmentsOf(name));
const letters = (nth: number): string =>
  String.fromCodePoint(97 + (nth % 26), 97 + (Math.floor(nth / 26) % 26));
const many = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, nth) => `${prefix}/${letters(nth)}`);

describe("a name in segments", () => {
  test.each([
    ["https://u:p@api.acme.example/v1/users/4711?token=x#y", ["u", "p@api.acme.example", "v0", "users", "0"]],
    ["ada@acme.example", ["@acme.example", "ada"]],
    ["kv/2f1c8a90-1111-2222-3333-444455556666", ["kv", "*"]],
    ["arn:aws:iam::123456789012:role/ci", ["arn", "aws", "iam", "*", "role", "ci"]],
    ["reports/2026-01-02.csv", ["reports", "0-0-0.csv"]],
    ["a/b/c/d/e/f/g", ["a", "b", "c", "d", "e", "f"]],
    ["//", []],
  ])("%s", (name, segments) => {
    expect(segmentTexts(name)).toEqual(segments);
  });
});

describe("a tree of names", () => {
  test("takes a folder that goes on bringing new names for one of any name, and its neighbours not", () => {
    const templates = learned([...many(40, "logs"), "config/live", "config/live"]);
    expect(has(templates, "logs/never-seen")).toBe(true);
    expect(has(templates, "config/other")).toBe(false);
    expect(has(templates, "payroll/live")).toBe(false);
    expect(templates.news).toBe(2);
  });

  test("goes on telling apart the names that are used over and over", () => {
    const names = many(20, "queue");
    const templates = learned(Array.from({ length: 600 }, (_, nth) => names[(nth * nth) % 20]!));
    expect(has(templates, "queue/never-seen")).toBe(false);
  });

  test("knows what it was told of, in whatever order, before and after it was packed, and takes 1 KiB at most", () => {
    const names = fc.array(fc.stringMatching(/^[a-h]{1,2}(?:\/[a-h]{1,2}){0,7}$/u), {
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(names, fc.integer({ min: 8, max: room }), (told, nodesMax) => {
        const templates = learned(told, nodesMax);
        expect(told.filter((one) => !has(templates, one))).toEqual([]);
        const writer = new ByteWriter();
        templates.pack(writer);
        const packed = Buffer.from(writer.finish());
        expect(packed.length).toBeLessThanOrEqual(bytesMax);
        const again = new Templates();
        again.unpack(new ByteReader(packed));
        for (const one of [templates, again])
          told.forEach((name, nth) => one.observe(segmentsOf(`${name}/x`), nodesMax, nth));
        expect([again.varying, again.news, again.newsLately]).toEqual([
          templates.varying,
          templates.news,
          templates.newsLately,
        ]);
      }),
      { numRuns: 200 },
    );
  });
});
