import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { errorCode } from "../error-code.ts";

/** A longer line is not kept in memory; its text is undefined then. */
export const lineCharsMax = 1024 * 1024;

export interface FileLine {
  /** From 1. */
  readonly number: number;
  readonly text: string | undefined;
  /** Bytes of the file, as it is on disk, that were read by now. */
  readonly bytesRead: number;
}

/** Cuts text that comes in pieces; what is too long is undefined. */
export interface Splitter {
  push(text: string): (string | undefined)[];
  /** What is left at the end, empty where nothing is. */
  rest(): string | undefined;
}

/**
 * The lines of a file, or what another splitter makes of it, one after another, whatever its size. Whether it is gzip is told by its first bytes, not by its
 * name. Throws with a sentence that names the file when it can't be read.
 */
export async function* linesOf(file: string, splitter: Splitter = lineSplitter()): AsyncGenerator<FileLine> {
  let number = 0;
  try {
    const gzip = await isGzip(file);
    const source = createReadStream(file);
    const input: Readable = gzip ? pipeline(source, createGunzip(), () => undefined) : source;
    const decoder = new TextDecoder();
    for await (const chunk of input) {
      for (const text of splitter.push(decoder.decode(chunk, { stream: true }))) {
        number += 1;
        yield { number, text, bytesRead: source.bytesRead };
      }
    }
    const last = splitter.rest();
    if (last !== "") yield { number: number + 1, text: last, bytesRead: source.bytesRead };
  } catch (error) {
    const after = number === 0 ? "" : ` after line ${number}`;
    throw new Error(`cannot read ${file}${after}: ${why(error)}`, { cause: error });
  }
}

/** Cuts text that comes in pieces into lines, and forgets a line that grows too long. */
function lineSplitter(): Splitter {
  let rest: string | undefined = "";
  const join = (piece: string): string | undefined =>
    rest === undefined || rest.length + piece.length > lineCharsMax ? undefined : rest + piece;
  return {
    push: (text) => {
      const lines: (string | undefined)[] = [];
      const pieces = text.split("\n");
      for (const piece of pieces.slice(0, -1)) {
        lines.push(join(piece)?.replace(/\r$/u, ""));
        rest = "";
      }
      rest = join(pieces.at(-1) ?? "");
      return lines;
    },
    rest: () => rest,
  };
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.readUInt16BE(0) === 0x1f8b;
  } finally {
    await handle.close();
  }
}

function why(error: unknown): string {
  const code = errorCode(error);
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a folder";
  if (code === "EACCES") return "permission denied";
  if (code === "Z_BUF_ERROR" || code === "Z_DATA_ERROR") return "its gzip data is damaged or cut off";
  return code ?? "unknown error";
}
