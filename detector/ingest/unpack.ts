import * as zlib from "node:zlib";
import { promisify } from "node:util";
import { decompress, init } from "@bokuweb/zstd-wasm";
import { errorCode } from "../error-code.ts";
import { batchHeaderOf, unreadableRecords } from "./record-batch.ts";

/** A batch that was not unpacked, and why; its content is left out. */
export interface Refusal {
  readonly codec: Codec;
  readonly reason: "inflated" | "corrupt";
  /** Offset of its first record, and how many it holds. */
  readonly offset: number;
  readonly records: number;
  readonly bytes: number;
}

type Codec = "gzip" | "zstd";
type Unpack = (packed: Buffer, bytesMax: number) => Promise<Buffer>;

/** What was packed is larger than it may be. */
class TooLarge extends Error {}

/** Not the batch is broken but what unpacks it; the client takes an error that says so for one that ends the role. */
class CodecBroken extends Error {
  readonly retriable = false;
}

const gunzip = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.gunzip);
const codecs: Readonly<Record<Codec, Unpack>> = {
  gzip: (packed, bytesMax) => within(gunzip(packed, { maxOutputLength: bytesMax })),
  zstd: zstdOf(zlib),
};

/**
 * Unpacks what a producer packed, up to `bytesMax` bytes. A batch that would be larger, or that can't be unpacked,
 * becomes as many records that can't be read: each goes to the dead letters under its own offset, and the partition
 * moves on. An error here would have the client fetch the same batch for ever, and its neighbours with it.
 *
 * @throws an error that ends the consumer when the library can no longer unpack what is known to be whole.
 *
 * @example
 * const unpack = unpacker("zstd", 64 * 1024 * 1024, (refusal) => log("error", "refused", { ...refusal }));
 */
export function unpacker(
  codec: Codec,
  bytesMax: number,
  onRefused: (refusal: Refusal) => void,
): (packed: Buffer) => Promise<Buffer> {
  return async (packed) => {
    try {
      return await codecs[codec](packed, bytesMax);
    } catch (error) {
      const header = batchHeaderOf(packed);
      if (header === undefined || error instanceof CodecBroken) throw error;
      const { baseOffset: offset, records } = header;
      const reason = error instanceof TooLarge ? "inflated" : "corrupt";
      onRefused({ codec, reason, offset, records, bytes: packed.byteLength });
      return unreadableRecords(header);
    }
  };
}

/** The runtime's own zstd where it has one (Node 22.15 and later), else the same library as WebAssembly. */
function zstdOf(library: object): Unpack {
  if ("zstdDecompress" in library && typeof library.zstdDecompress === "function") {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node 20's types don't know it yet.
    const native = promisify(library.zstdDecompress as typeof zlib.gunzip) as typeof gunzip;
    return (packed, bytesMax) => within(native(packed, { maxOutputLength: bytesMax }));
  }
  const ready = init();
  ready.catch(() => undefined);
  return async (packed, bytesMax) => {
    await ready;
    return unzstd(packed, bytesMax);
  };
}

async function within(unpacking: Promise<Buffer>): Promise<Buffer> {
  try {
    return await unpacking;
  } catch (error) {
    if (errorCode(error) === "ERR_BUFFER_TOO_LARGE") throw new TooLarge();
    throw error;
  }
}

const firstGuessBytes = 1024 * 1024;

/** Java's client doesn't tell the size beforehand: ever larger buffers are tried, as few are needed. */
function unzstd(packed: Buffer, bytesMax: number): Buffer {
  const told = contentSizeOf(packed);
  // The library takes the size that is told on trust, and would ask for that much memory.
  if (told !== undefined && told > bytesMax) throw new TooLarge();
  for (
    let guess = Math.min(bytesMax, Math.max(firstGuessBytes, packed.byteLength * 8));
    ;
    guess = Math.min(guess * 4, bytesMax)
  ) {
    try {
      const { buffer, byteOffset, byteLength } = decompress(packed, { defaultHeapSize: guess });
      return Buffer.from(buffer, byteOffset, byteLength);
    } catch (error) {
      if (!isTooSmall(error)) throw isHealthy() ? error : new CodecBroken(brokenText, { cause: error });
      if (told !== undefined || guess >= bytesMax) throw new TooLarge();
    }
  }
}

const brokenText = "the zstd library can't unpack any more, probably for want of memory; start the role anew";
/** A frame of two bytes, as RFC 8878 has it: header, one raw block. */
const wholeFrame = Buffer.from("28b52ffd20021100006f6b", "hex");

/**
 * Whether the library still unpacks what is whole. It doesn't look whether it got the memory it asked for, and writes
 * over its own when not; every later batch would count as corrupt.
 */
function isHealthy(): boolean {
  try {
    return Buffer.from(decompress(wholeFrame)).toString("latin1") === "ok";
  } catch {
    return false;
  }
}

/** ZSTD_error_dstSize_tooSmall. */
function isTooSmall(error: unknown): boolean {
  return error instanceof Error && error.message.endsWith(" -70");
}

const magicBytes = 4;
const magic = 0xfd2fb528;

/**
 * Size of the content as the frame's header tells it (RFC 8878, 3.1.1.1); undefined when it doesn't.
 *
 * @throws RangeError when the frame ends within its header: the library would take what it reads there on trust.
 */
function contentSizeOf(frame: Buffer): number | undefined {
  if (frame.byteLength <= magicBytes || frame.readUInt32LE(0) !== magic) return undefined;
  const descriptor = frame.readUInt8(magicBytes);
  const isSingle = (descriptor & 0x20) !== 0;
  const at = magicBytes + 1 + (isSingle ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  switch (descriptor >> 6) {
    case 0:
      return isSingle ? frame.readUInt8(at) : undefined;
    case 1:
      return frame.readUInt16LE(at) + 256;
    case 2:
      return frame.readUInt32LE(at);
    default:
      return Number(frame.readBigUInt64LE(at));
  }
}
