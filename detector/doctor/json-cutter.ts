import { type Cutter, type FileRequest, tooLong } from "./cutter.ts";

const [quote, backslash, newline, open, close] = [0x22, 0x5c, 0x0a, 0x7b, 0x7d];
/** What may stand between objects: spaces, the signs of a list, and a byte order mark. */
const between: ReadonlySet<number> = new Set([...Buffer.from(" \t\r\n,[]{"), 0xef, 0xbb, 0xbf]);
/** How a request begins, and nothing within one at the beginning of a line. */
const beginning = Buffer.from('{"resourceSpans"');

const cutOff: FileRequest = { ok: false, why: "a request is cut off or no JSON" };

/**
 * Cuts JSON that comes in pieces into its outermost objects, wherever its lines break. A cut-off line costs itself alone:
 * a text can't go over a line's end, and a line that begins as a request does is one.
 */
export function jsonCutter(bytesMax: number): Cutter {
  return new JsonCutter(bytesMax);
}

class JsonCutter implements Cutter {
  readonly #bytesMax: number;
  /** Pieces of the open object; empty where it became too long. */
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  /** How much of `beginning` the line that is read has had so far; -1 when it is none. */
  #begun = 0;
  /** Whether something stands on this line that belongs to no object; told once. */
  #isJunk = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  *push(chunk: Uint8Array): Generator<FileRequest> {
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at]!;
      if (this.#beginsAnew(byte)) {
        yield cutOff;
        from = at + 1;
      } else if (this.#isBroken(byte)) yield cutOff;
      else if (this.#depth === 0 && byte === open) {
        from = at;
        this.#depth = 1;
      } else if (this.#closes(byte)) {
        this.#keep(chunk.subarray(from, at + 1));
        yield this.#ended();
      }
    }
    if (this.#depth > 0) this.#keep(chunk.subarray(from));
  }

  *rest(): Generator<FileRequest> {
    if (this.#depth > 0) yield cutOff;
  }

  /** Whether a line that began within an object turns out to be a request: the object was cut off. */
  #beginsAnew(byte: number): boolean {
    if (this.#depth === 0) return false;
    this.#begun = this.#begun >= 0 && byte === beginning[this.#begun] ? this.#begun + 1 : -1;
    if (this.#begun < beginning.length) return false;
    this.#forget();
    this.#depth = 1;
    this.#begun = -1;
    this.#keep(beginning);
    return true;
  }

  /** Whether a line ends within a text, or has something on it that belongs to no object. */
  #isBroken(byte: number): boolean {
    if (byte === newline) {
      const isText = this.#isText;
      this.#begun = 0;
      this.#isJunk = false;
      if (isText) this.#forget();
      return isText;
    }
    if (this.#depth > 0 || this.#isJunk || between.has(byte)) return false;
    this.#isJunk = true;
    return true;
  }

  /** Goes on within an object; says whether this byte is its end. */
  #closes(byte: number): boolean {
    if (this.#depth === 0) return false;
    if (this.#isEscaped) this.#isEscaped = false;
    else if (this.#isText) {
      if (byte === backslash) this.#isEscaped = true;
      else if (byte === quote) this.#isText = false;
    } else if (byte === quote) this.#isText = true;
    else if (byte === open) this.#depth += 1;
    else if (byte === close) this.#depth -= 1;
    return this.#depth === 0;
  }

  #keep(piece: Uint8Array): void {
    this.#bytes += piece.byteLength;
    if (this.#bytes <= this.#bytesMax) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  #ended(): FileRequest {
    const request: FileRequest =
      this.#bytes > this.#bytesMax
        ? tooLong()
        : { ok: true, encoding: "otlp_json", bytes: Buffer.concat(this.#pieces) };
    this.#forget();
    return request;
  }

  #forget(): void {
    this.#pieces = [];
    this.#bytes = 0;
    this.#depth = 0;
    this.#isText = false;
    this.#isEscaped = false;
  }
}
