import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { instantMs, instantUs } from "../../detector/store/rows.ts";

const lastUs = Number.MAX_SAFE_INTEGER;

test.each([
  { name: "the epoch", us: 0, text: "1970-01-01 00:00:00.000000" },
  { name: "a microsecond", us: 1_772_442_000_000_001, text: "2026-03-02 09:00:00.000001" },
  { name: "the last that is exact", us: lastUs, text: "2255-06-05 23:47:34.740991" },
  { name: "a later one is cut to the last", us: lastUs + 1, text: "2255-06-05 23:47:34.740991" },
  { name: "an earlier one is cut to the first", us: -1, text: "1970-01-01 00:00:00.000000" },
])("an instant is written out: $name", ({ us, text }) => {
  expect(instantUs(us)).toBe(text);
});

test("no instant loses a microsecond or a millisecond", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: lastUs }), (us) => {
      const text = instantUs(us);
      expect(text).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/u);
      const wholeMs = Date.parse(`${text.slice(0, 23)}Z`);
      expect(wholeMs * 1000 + Number(text.slice(23))).toBe(us);
      expect(instantMs(wholeMs)).toBe(text.slice(0, 23));
    }),
  );
});
