/** Goal: a packed batch is unpacked up to its limit, or becomes as many records that nobody can read. */
import { expect, test } from "@jest/globals";
import { gzipSync } from "node:zlib";
import { compress, init } from "@bokuweb/zstd-wasm";
import { type Refusal, unpacker } from "../../detector/ingest/unpack.ts";

await init();
const pack = {
  gzip: (value: Buffer) => gzipSync(value),
  zstd: (value: Buffer) => Buffer.from(compress(value, 3)),
};
const codecs = ["gzip", "zstd"] as const;
const bytesMax = 256 * 1024;

/** The packed bytes as the client hands them on: a window behind the header of their batch. */
function inBatch(packed: Buffer, records: number, offset = 40): Buffer {
  const header = Buffer.alloc(61);
  header.writeBigInt64BE(BigInt(offset), 0);
  header.writeInt32BE(49 + packed.byteLength, 8);
  header.writeInt8(2, 16);
  header.writeInt32BE(records - 1, 23);
  header.writeInt32BE(records, 57);
  return Buffer.concat([header, packed]).subarray(61);
}

test.each(codecs)("%s up to the limit is unpacked", async (codec) => {
  const value = Buffer.alloc(bytesMax, "span ");
  const unpack = unpacker(codec, bytesMax, () => expect(true).toBe(false));
  expect(Buffer.from(await unpack(inBatch(pack[codec](value), 1))).equals(value)).toBe(true);
});

const broken = [
  {
    what: "a byte above the limit",
    reason: "inflated",
    of: (packer: (value: Buffer) => Buffer) => packer(Buffer.alloc(bytesMax + 1)),
  },
  {
    what: "a bomb",
    reason: "inflated",
    of: (packer: (value: Buffer) => Buffer) => packer(Buffer.alloc(64 * bytesMax)),
  },
  {
    what: "a torn batch",
    reason: "corrupt",
    of: (packer: (value: Buffer) => Buffer) => packer(Buffer.from("x".repeat(500) + "y")).subarray(0, -5),
  },
  { what: "garbage", reason: "corrupt", of: () => Buffer.from("this was never packed by anybody") },
];
test.each(codecs.flatMap((codec) => broken.map((one) => ({ codec, ...one }))))(
  "$codec: $what is refused, and its records keep their offsets",
  async ({ codec, of, reason }) => {
    const refused: Refusal[] = [];
    const packed = of(pack[codec]);
    const records = await unpacker(codec, bytesMax, (one) => refused.push(one))(inBatch(packed, 200));
    expect(refused).toEqual([{ codec, reason, offset: 40, records: 200, bytes: packed.byteLength }]);
    // The offset delta of the last, 199, is a varint of two bytes.
    expect([...records.subarray(-9)]).toEqual([16, 0, 0, 0x8e, 0x03, 1, 2, 7, 0]);
  },
);

test("a size that is told is not believed beyond the limit", async () => {
  const packed = Buffer.from(pack.zstd(Buffer.alloc(100_000)));
  const descriptor = packed.readUInt8(4);
  expect(descriptor >> 6).toBe(2);
  packed.writeUInt32LE(0xf0000000, 5 + ((descriptor & 0x20) === 0 ? 1 : 0));
  const refused: Refusal[] = [];
  await unpacker("zstd", bytesMax, (one) => refused.push(one))(inBatch(packed, 1));
  expect(refused.map((one) => one.reason)).toEqual(["inflated"]);
});

/** A frame as RFC 8878 has it: content size in four bytes, then one block that repeats a byte. */
function tinyFrame(told: number): Buffer {
  const frame = Buffer.alloc(13);
  frame.writeUInt32LE(0xfd2fb528, 0);
  frame.writeUInt8(0xa0, 4);
  frame.writeUInt32LE(told, 5);
  // Last block, run length, 1000 bytes.
  frame.writeUIntLE(1 | (1 << 1) | (1000 << 3), 9, 3);
  frame.writeUInt8(0x61, 12);
  return frame;
}

test("a tiny frame may be whole, but its size is not believed either, and what comes after it is unpacked", async () => {
  const refused: Refusal[] = [];
  const unpack = unpacker("zstd", bytesMax, (one) => refused.push(one));
  expect((await unpack(inBatch(tinyFrame(1000), 1))).toString("latin1")).toBe("a".repeat(1000));
  await unpack(inBatch(tinyFrame(0xf0000000), 1));
  await unpack(inBatch(tinyFrame(1000).subarray(0, 7), 1));
  expect(refused.map((one) => one.reason)).toEqual(["inflated", "corrupt"]);
  const value = Buffer.alloc(bytesMax, "span ");
  expect(Buffer.from(await unpack(inBatch(pack.zstd(value), 1))).equals(value)).toBe(true);
});
