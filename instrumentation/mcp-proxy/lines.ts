/** A line with its line end, or a piece of one that is longer than the limit. */
export interface Line {
  readonly bytes: Buffer;
  /** `whole`, or which piece of a line that is too long to be held: the last one has the line end. */
  readonly part: "whole" | "begin" | "middle" | "end";
}

const newline = 0x0a;

/** Cuts a stream of bytes into lines, wherever its chunks begin and end; holds `bytesMax` of a line at most. */
export class LineSplitter {
  readonly #bytesMax: number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #isBeyond = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The lines that are whole now, and the pieces of those that are too long. All bytes come out again, in order. */
  *push(chunk: Buffer): Generator<Line> {
    let from = 0;
    while (from < chunk.byteLength) {
      const found = chunk.indexOf(newline, from);
      const until = found === -1 ? chunk.byteLength : found + 1;
      yield* this.#take(chunk.subarray(from, until), found !== -1);
      from = until;
    }
  }

  /** What came after the last line end. */
  *end(): Generator<Line> {
    if (this.#heldBytes > 0 || this.#isBeyond) yield* this.#take(Buffer.alloc(0), true);
  }

  *#take(bytes: Buffer, isEnd: boolean): Generator<Line> {
    if (this.#isBeyond) {
      this.#isBeyond = !isEnd;
      yield { bytes, part: isEnd ? "end" : "middle" };
      return;
    }
    this.#held.push(bytes);
    this.#heldBytes += bytes.byteLength;
    const isTooLong = this.#heldBytes > this.#bytesMax;
    if (!isEnd && !isTooLong) return;
    const held = this.#held.length === 1 ? bytes : Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    if (!isTooLong) {
      yield { bytes: held, part: "whole" };
      return;
    }
    yield { bytes: held, part: "begin" };
    if (isEnd) yield { bytes: Buffer.alloc(0), part: "end" };
    else this.#isBeyond = true;
  }
}
