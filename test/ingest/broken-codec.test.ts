/**
 * Goal: a library that has broken ends the role; whole batches never count as corrupt because of it.
 * Method: a library that unpacks until its memory "ends", in place of the real one.
 */
import { expect, jest, test } from "@jest/globals";

let isBroken = false;
jest.unstable_mockModule("@bokuweb/zstd-wasm", () => ({
  init: async () => undefined,
  decompress: (packed: Uint8Array) => {
    if (isBroken) throw new Error("memory access out of bounds");
    if (packed.byteLength > 20) throw new Error("Failed to compress with code -20");
    return Buffer.from("ok");
  },
}));
// A runtime with a zstd of its own would use that one.
jest.unstable_mockModule("node:zlib", () => ({ gunzip: () => undefined }));
const { unpacker } = await import("../../detector/ingest/unpack.ts");

/** The window behind the header of a batch of one record. */
function batchOf(packed: Buffer): Buffer {
  const header = Buffer.alloc(61);
  header.writeInt32BE(49 + packed.byteLength, 8);
  header.writeInt8(2, 16);
  header.writeInt32BE(1, 57);
  return Buffer.concat([header, packed]).subarray(61);
}

test("a batch is refused while the library unpacks others, and ends the role when it unpacks nothing", async () => {
  const refused: string[] = [];
  const unpack = unpacker("zstd", 1000, ({ reason }) => refused.push(reason));
  await unpack(batchOf(Buffer.alloc(30)));
  expect(refused).toEqual(["corrupt"]);
  isBroken = true;
  await expect(unpack(batchOf(Buffer.alloc(10)))).rejects.toMatchObject({
    retriable: false,
    message: expect.stringContaining("start the role anew"),
  });
  expect(refused).toEqual(["corrupt"]);
});
