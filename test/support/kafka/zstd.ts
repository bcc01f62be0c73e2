import kafkajs from "kafkajs";
import { unpacker } from "../../../detector/ingest/unpack.ts";

const inflatedBytesMax = 64 * 1024 * 1024;

const unpack = unpacker("zstd", inflatedBytesMax, (refusal) => {
  throw new Error(`a batch of zstd can't be unpacked: ${JSON.stringify(refusal)}`);
});

/** From here on kafkajs, in this test, reads what others packed with zstd, as collectors do. */
export function readZstd(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: () => {
      throw new Error("tests don't pack with zstd");
    },
    decompress: unpack,
  });
}
