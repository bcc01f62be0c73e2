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
