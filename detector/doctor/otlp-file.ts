import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import type { OtlpEncoding } from "../decode/index.ts";
import { errorCode } from "../error-code.ts";
import { jsonCutter } from "./json-cutter.ts";

/** One request of a file, or why it can't be used. */
export type FileRequest =
  | { readonly ok: true; readonly encoding: OtlpEncoding; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly why: string };

/** A request that is longer is passed over: JSON takes many times its size when it is parsed. Bytes. */
export const requestBytesMax = { otlp_json: 16 * 1024 * 1024, otlp_proto: 16 * 1024 * 1024 } as const;

/**
 * The requests of a file of OTLP, one after another and never more than one in memory: JSON (one document, a document a
 * line as the Collector's file exporter writes it, or several in a row) or protobuf (one request, or many with four bytes
 * of length before each, as the file exporter writes them), gzip or not. Which of them is told by the first bytes.
 *
 * @throws Error with a sentence that names the file when it can't be read or is none of these.
 */
export async function* requestsOf(file: string): AsyncGenerator<FileRequest> {
  let input: Readable | undefined;
  try {
    const chunks = createReadStream(file);
    input = chunks;
    let cut: Cutter | undefined;
    for await (const chunk of unpacked(chunks)) {
      cut ??= cutterFor(chunk);
      if (cut === undefined) {
        if (chunk.every(isSpace)) continue;
        throw new Error("it is neither OTLP in JSON nor in protobuf, as it is or packed with gzip");
      }
      yield* cut.push(chunk);
    }
    if (cut !== undefined) yield* cut.rest();
  } catch (error) {
    throw new Error(`cannot read ${file}: ${why(error)}`, { cause: error });
  } finally {
    input?.destroy();
  }
}

export interface Cutter {
  push(chunk: Uint8Array): Iterable<FileRequest>;
  rest(): Iterable<FileRequest>;
}

async function* unpacked(source: Readable): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await iterator.next();
  if (first.done === true) return;
  const all = (async function* () {
    yield first.value;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  })();
  const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b;
  if (isGzip) yield* pipeline(all, createGunzip(), () => undefined) as AsyncIterable<Buffer>;
  else yield* all;
}

/** By the first byte: a brace begins JSON, field 1 a protobuf request, a zero the length of one below 16 MiB. */
function cutterFor(chunk: Uint8Array): Cutter | undefined {
  if (chunk[0] === 0x0a && !isJsonAfterSpace(chunk)) return protobufCutter();
  if (chunk[0] === 0) return framedCutter();
  const first = chunk.find((byte) => !isSpace(byte) && !byteOrderMark.includes(byte));
  return first === 0x7b || first === 0x5b ? jsonCutter(requestBytesMax.otlp_json) : undefined;
}

const byteOrderMark: readonly number[] = [0xef, 0xbb, 0xbf];

/** A newline is also how a protobuf request begins; the JSON of one has a brace and a quote behind it. */
function isJsonAfterSpace(chunk: Uint8Array): boolean {
  return /^\s*\{\s*"/u.test(Buffer.from(chunk.subarray(0, 64)).toString("latin1"));
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function protobufCutter(): Cutter {
  const max = requestBytesMax.otlp_proto;
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  return {
    *push(chunk) {
      bytes += chunk.byteLength;
      if (bytes <= max) chunks.push(chunk);
      else chunks = [];
    },
    *rest() {
      if (bytes > max) yield tooLong(max);
      else yield { ok: true, encoding: "otlp_proto", bytes: Buffer.concat(chunks) };
    },
  };
}

/** Requests with their length, four bytes big-endian, before each. */
function framedCutter(): Cutter {
  const max = requestBytesMax.otlp_proto;
  let waiting: Buffer = Buffer.alloc(0);
  let toSkip = 0;
  return {
    *push(chunk) {
      let at = Math.min(toSkip, chunk.byteLength);
      toSkip -= at;
      waiting = Buffer.concat([waiting, chunk.subarray(at)]);
      at = 0;
      while (waiting.byteLength - at >= 4) {
        const length = waiting.readUInt32BE(at);
        if (length > max) {
          yield tooLong(max);
          const here = Math.min(length + 4, waiting.byteLength - at);
          toSkip = length + 4 - here;
          at += here;
          continue;
        }
        if (waiting.byteLength - at < 4 + length) break;
        yield { ok: true, encoding: "otlp_proto", bytes: waiting.subarray(at + 4, at + 4 + length) };
        at += 4 + length;
      }
      waiting = waiting.subarray(at);
    },
    *rest() {
      if (waiting.byteLength > 0 || toSkip > 0)
        yield { ok: false, why: "the file ends in the middle of a request" };
    },
  };
}

export function tooLong(max: number): FileRequest {
  return {
    ok: false,
    why: `a request is longer than ${String(max / 1024 / 1024)} MiB; write fewer spans to each`,
  };
}

function why(error: unknown): string {
  const code = errorCode(error);
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  if (code === "EACCES") return "permission denied";
  if (code?.startsWith("Z_") === true) return "its gzip data is damaged or cut off";
  return code ?? (error instanceof Error ? error.message : "unknown error");
}
