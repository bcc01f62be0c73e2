import { lineCharsMax, type Splitter } from "./lines.ts";

/** What may stand before the list of a wrapper. */
const wrapperCharsMax = 64;

/**
 * Cuts JSON that comes in pieces into the objects that are of interest: those in the list `Records` of an object around them, as
 * CloudTrail's files have it, or those on the outermost level, one a line or not. Holds one object at a time, and doesn't check what
 * stands between them.
 */
export class JsonObjects implements Splitter {
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  /** Depth at which an object begins that is wanted: 0, or 2 within `Records`. */
  #wanted = 0;
  /** What came of the object under way, or of the beginning that may turn out to be the wrapper's. */
  #text: string | undefined = "";

  /** The objects that end in this piece, in their order. */
  push(piece: string): (string | undefined)[] {
    const found: (string | undefined)[] = [];
    let from = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const code = piece.charCodeAt(at);
      if (this.#isText) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (code === backslash) this.#isEscaped = true;
        else if (code === quote) this.#isText = false;
        continue;
      }
      if (code === quote) this.#isText = true;
      else if (code === brace || code === bracket) {
        if (this.#depth === this.#wanted && code === brace) {
          this.#text = "";
          from = at;
        }
        this.#depth += 1;
        if (code === bracket && this.#depth === 2 && this.#wanted === 0) this.#unwrap(piece.slice(from, at));
      } else if (code === braceEnd || code === bracketEnd) {
        this.#depth = Math.max(0, this.#depth - 1);
        if (this.#depth === this.#wanted && code === braceEnd) {
          this.#keep(piece.slice(from, at + 1));
          found.push(this.#text);
          this.#text = "";
          from = at + 1;
        }
        if (this.#depth === 0) this.#wanted = 0;
      }
    }
    if (this.#depth > this.#wanted) this.#keep(piece.slice(from));
    return found;
  }

  /** What was begun and not ended is no JSON, and is told as such. */
  rest(): string {
    return this.#depth > 0 ? "{" : "";
  }

  #keep(text: string): void {
    const longer: string | undefined =
      this.#text === undefined || this.#text.length + text.length > lineCharsMax
        ? undefined
        : this.#text + text;
    this.#text = longer;
  }

  /** A list begins right within an outermost object: from now on those in it count, if it is `Records`. */
  #unwrap(before: string): void {
    if (before.length + (this.#text?.length ?? 0) > wrapperCharsMax) return;
    if (/^\s*\{\s*"Records"\s*:\s*$/u.test(`${this.#text ?? ""}${before}`)) this.#wanted = 2;
  }
}

const quote = 0x22;
const backslash = 0x5c;
const brace = 0x7b;
const braceEnd = 0x7d;
const bracket = 0x5b;
const bracketEnd = 0x5d;
