import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { errorCode } from "../error-code.ts";
import { type Cutter, type FileRequest, requestBytesMax } from "./cutter.ts";
import { jsonCutter } from "./json-cutter.ts";
import { framedCutter, protobufCutter } from "./protobuf-cutters.ts";

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
    let isFirst = true;
    for await (const chunk of unpacked(chunks)) {
      if (cut === undefined && chunk.every(isSpace)) {
        isFirst = false;
        continue;
      }
      cut ??= cutterFor(chunk, isFirst);
      if (cut === undefined) {
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

/** By the first byte: a brace begins JSON, field 1 a protobuf request, a small number the length of one below 64 MiB. */
function cutterFor(chunk: Uint8Array, isFirst: boolean): Cutter | undefined {
  if (isFirst && chunk[0] === 0x0a && !isJsonAfterSpace(chunk)) return protobufCutter();
  if (isFirst && chunk[0]! < 4) return framedCutter();
  const first = chunk.find((byte) => !isSpace(byte) && !byteOrderMark.has(byte));
  return first === 0x7b || first === 0x5b ? jsonCutter(requestBytesMax) : undefined;
}

const byteOrderMark: ReadonlySet<number> = new Set([0xef, 0xbb, 0xbf]);

/** A newline is also how a protobuf request begins; the JSON of one has a brace and a quote behind it. */
function isJsonAfterSpace(chunk: Uint8Array): boolean {
  return /^\s*\{\s*"/u.test(Buffer.from(chunk.subarray(0, 64)).toString("latin1"));
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function why(error: unknown): string {
  const code = errorCode(error);
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  if (code === "EACCES") return "permission denied";
  if (code?.startsWith("Z_") === true) return "its gzip data is damaged or cut off";
  return code ?? (error instanceof Error ? error.message : "unknown error");
}
