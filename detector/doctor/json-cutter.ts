import { type Cutter, type FileRequest, tooLong } from "./otlp-file.ts";

const [quote, backslash, newline, open, close] = [0x22, 0x5c, 0x0a, 0x7b, 0x7d];
/** How a request begins, and nothing within one at the beginning of a line. */
/** What may stand between objects: spaces, the signs of a list, and a byte order mark. */
const between: ReadonlySet<number> = new Set([...Buffer.from(" \t\r\n,[]{"), 0xef, 0xbb, 0xbf]);
const beginning = Buffer.from('{"resourceSpans"');

/**
 * Cuts JSON that comes in pieces into its outermost objects, wherever its lines break. A cut-off line costs itself alone:
 * a text can't go over a line's end, and a line that begins as a request does is one.
 */
export function jsonCutter(bytesMax: number): Cutter {
  /** Pieces of the open object; empty where it became too long. */
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let depth = 0;
  let isText = false;
  let isEscaped = false;
  /** How much of `beginning` a new line has had so far; -1 when it is none. */
  let begun = 0;
  /** Whether something stands on this line that belongs to no object; told once. */
  let isJunk = false;

  function keep(piece: Uint8Array): void {
    bytes += piece.byteLength;
    if (bytes <= bytesMax) pieces.push(piece);
    else pieces = [];
  }

  function forget(): void {
    pieces = [];
    bytes = 0;
    depth = 0;
    isText = false;
    isEscaped = false;
  }

  function ended(): FileRequest {
    const request: FileRequest =
      bytes > bytesMax
        ? tooLong(bytesMax)
        : { ok: true, encoding: "otlp_json", bytes: Buffer.concat(pieces) };
    forget();
    return request;
  }

  return {
    *push(chunk) {
      let from = 0;
      for (let at = 0; at < chunk.length; at += 1) {
        const byte = chunk[at]!;
        if (depth > 0) {
          begun = begun >= 0 && byte === beginning[begun] ? begun + 1 : -1;
          if (begun === beginning.length) {
            forget();
            yield cutOff;
            depth = 1;
            keep(beginning);
            from = at + 1;
            begun = -1;
            continue;
          }
        }
        if (depth === 0 && !isJunk && !between.has(byte)) {
          isJunk = true;
          yield cutOff;
        }
        if (byte === newline) {
          begun = 0;
          isJunk = false;
          if (isText) {
            forget();
            yield cutOff;
          }
        } else if (isEscaped) isEscaped = false;
        else if (isText) {
          if (byte === backslash) isEscaped = true;
          else if (byte === quote) isText = false;
        } else if (depth > 0 && byte === quote) isText = true;
        else if (byte === open) {
          if (depth === 0) from = at;
          depth += 1;
        } else if (byte === close && depth > 0) {
          depth -= 1;
          if (depth === 0) {
            keep(chunk.subarray(from, at + 1));
            yield ended();
          }
        }
      }
      if (depth > 0) keep(chunk.subarray(from));
    },
    *rest() {
      if (depth > 0) yield cutOff;
    },
  };
}

const cutOff: FileRequest = { ok: false, why: "a request is cut off or no JSON" };
