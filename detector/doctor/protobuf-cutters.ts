import { type Cutter, type FileRequest, requestBytesMax, tooLong } from "./cutter.ts";

/** A file that is one request. */
export function protobufCutter(): Cutter {
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  return {
    push(chunk) {
      bytes += chunk.byteLength;
      if (bytes <= requestBytesMax) chunks.push(chunk);
      else chunks = [];
      return [];
    },
    *rest() {
      if (bytes > requestBytesMax) yield tooLong();
      else yield { ok: true, encoding: "otlp_proto", bytes: Buffer.concat(chunks) };
    },
  };
}

/** Bytes of the length, big-endian, before each request. */
const lengthBytes = 4;

/** Requests with their length before each. */
export function framedCutter(): Cutter {
  return new FramedCutter();
}

class FramedCutter implements Cutter {
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  /** Bytes that must be there before anything can be done: put together only then, as pieces are small. */
  #needed = lengthBytes;
  /** Bytes of a request that is too long, still to come. */
  #toSkip = 0;

  *push(chunk: Uint8Array): Generator<FileRequest> {
    const skipped = Math.min(this.#toSkip, chunk.byteLength);
    this.#toSkip -= skipped;
    this.#pieces.push(chunk.subarray(skipped));
    this.#bytes += chunk.byteLength - skipped;
    if (this.#bytes >= this.#needed) yield* this.#cut(Buffer.concat(this.#pieces, this.#bytes));
  }

  *rest(): Generator<FileRequest> {
    if (this.#bytes > 0 || this.#toSkip > 0)
      yield { ok: false, why: "the file ends in the middle of a request" };
  }

  *#cut(bytes: Buffer): Generator<FileRequest> {
    let at = 0;
    this.#needed = lengthBytes;
    while (bytes.byteLength - at >= lengthBytes) {
      const length = bytes.readUInt32BE(at);
      const end = at + lengthBytes + length;
      if (length > requestBytesMax) {
        yield tooLong();
        this.#toSkip = Math.max(0, end - bytes.byteLength);
      } else if (end > bytes.byteLength) {
        this.#needed = lengthBytes + length;
        break;
      } else yield { ok: true, encoding: "otlp_proto", bytes: bytes.subarray(at + lengthBytes, end) };
      at = Math.min(end, bytes.byteLength);
    }
    this.#pieces = [bytes.subarray(at)];
    this.#bytes = bytes.byteLength - at;
  }
}
