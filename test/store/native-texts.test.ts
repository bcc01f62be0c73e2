import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { ByteReader, ByteWriter } from "../../detector/bytes.ts";
import { Dictionary } from "../../detector/decode/index.ts";
import { writeTexts } from "../../detector/store/native/texts.ts";

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  // Around where a length takes another byte, and where copying goes another way.
  fc.constantFrom(126, 127, 128, 255, 256, 257, 20_000).map((length) => "x".repeat(length)),
);
const number = fc.oneof(fc.nat(12), fc.nat(), fc.constantFrom(9, 10, 99, 100, 999_999_999, 2 ** 31 - 2));

test("texts and numbers are written as their characters behind their lengths", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(text, number)), (values) => {
      const dictionary = new Dictionary(["word"]);
      const codes = values.map((value) =>
        typeof value === "number" ? dictionary.addNumber(value) : dictionary.add(value),
      );
      const writer = new ByteWriter(1);
      writer.text("before");
      writeTexts(dictionary, Int32Array.from(codes), writer);
      const reader = new ByteReader(writer.finish());
      expect(reader.text()).toBe("before");
      // A lone surrogate is none in UTF-8.
      for (const value of values) expect(reader.text()).toBe(Buffer.from(String(value)).toString());
      expect(reader.isAtEnd).toBe(true);
    }),
  );
});
