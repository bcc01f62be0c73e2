import { createRequire } from "node:module";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { keyGroup, keyGroupCount, murmur2 } from "../../detector/decode/index.ts";

/** The hash inside kafkajs, which has no type declaration. */
const theirs = createRequire(import.meta.url)("kafkajs/src/producer/partitioners/default/murmur2.js") as (
  key: Buffer,
) => number;

/** From Kafka's own UtilsTest. */
test.each([
  { key: "21", hash: -973_932_308 },
  { key: "foobar", hash: -790_332_482 },
  { key: "a-little-bit-long-string", hash: -985_981_536 },
  { key: "a-little-bit-longer-string", hash: -1_486_304_829 },
  { key: "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", hash: -58_897_971 },
  { key: "abc", hash: 479_470_107 },
])("murmur2 of $key is what Kafka's Java client computes", ({ key, hash }) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
});

test("murmur2 agrees with kafkajs on any bytes and any alphabet", () => {
  const bytes = fc.oneof(
    fc.uint8Array().map((one) => Buffer.from(one)),
    fc.string({ unit: "grapheme" }).map((one) => Buffer.from(one)),
  );
  fc.assert(
    fc.property(bytes, (one) => {
      expect(murmur2(one)).toBe(theirs(one));
    }),
  );
});

test("a key group is g and four digits below the count, and depends on where the tenant ends", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (tenant, identity) => {
      const hash = theirs(Buffer.from(`${tenant}\0${identity}`)) & 0x7fffffff;
      expect(keyGroup(tenant, identity)).toBe(`g${String(hash % keyGroupCount).padStart(4, "0")}`);
    }),
  );
  expect(keyGroup("a", "bc")).not.toBe(keyGroup("ab", "c"));
  expect(keyGroup("default", "agent:Žofie")).toMatch(/^g(?:0\d{3}|10[01]\d|102[0-3])$/u);
});
