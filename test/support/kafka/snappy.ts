import { CompressionCodecs, CompressionTypes } from "kafkajs";

/**
 * Lets the test's producers send snappy, which the client can't by itself: one literal in the framing of Java's library
 * (https://github.com/xerial/snappy-java), without any saving.
 */
export function allowSnappy(): void {
  CompressionCodecs[CompressionTypes.Snappy] = () => ({
    compress: async ({ buffer }: { readonly buffer: Buffer }) => framed(literal(buffer)),
    decompress: async () => {
      throw new Error("the test only sends");
    },
  });
}

function framed(block: Buffer): Buffer {
  const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(block.length);
  return Buffer.concat([header, length, block]);
}

/** Length as a varint, then a literal whose length is told in two bytes. */
function literal(bytes: Buffer): Buffer {
  const size = Buffer.from([(bytes.length & 0x7f) | 0x80, (bytes.length >> 7) & 0x7f]);
  const tag = Buffer.from([61 << 2, (bytes.length - 1) & 0xff, (bytes.length - 1) >> 8]);
  return Buffer.concat([size, tag, bytes]);
}
