const tokensAtFirst = 256;

/**
 * The newest tokens of a sequence, as many as fit: each with its digest, the gap before it and its flags, 17 bytes in all.
 * Tokens of one digest hang on one chain, newest first. What falls out is not touched, as its position is below
 * `oldest`.
 */
export class Ring {
  /** Room now and at most; powers of two. */
  size = 0;
  readonly max: number;
  /** Position of the next token; positions only rise, until `clear`. */
  end = 0;
  oldest = 0;
  digests = new Int32Array(0);
  gaps = new Int32Array(0);
  flags = new Uint8Array(0);
  #heads = new Int32Array(0);
  #earlier = new Int32Array(0);

  constructor(max: number) {
    this.max = powerOfTwo(max);
  }

  /** Where a position lies in the arrays. */
  get mask(): number {
    return this.size - 1;
  }

  /** The newest position whose digest may be this one; below `oldest` where there is none. */
  newest(digest: number): number {
    return this.#heads[digest & this.mask]!;
  }

  /** The next older position on the same chain. */
  earlier(position: number): number {
    return this.#earlier[position & this.mask]!;
  }

  /** Adds a token; there must be room made, or the oldest falls out. */
  put(digest: number, gap: number, flag: number): void {
    const { mask } = this;
    const at = this.end & mask;
    this.digests[at] = digest;
    this.gaps[at] = gap;
    this.flags[at] = flag;
    this.#earlier[at] = this.#heads[digest & mask]!;
    this.#heads[digest & mask] = this.end;
    this.end += 1;
    if (this.end - this.oldest > this.size) this.oldest += 1;
  }

  /** Makes room for as many more, up to the most there may be; says by how much it grew. */
  reserve(more: number): number {
    const wanted = this.end - this.oldest + more;
    if (wanted <= this.size || this.size === this.max) return 0;
    const { digests, gaps, flags, mask, size, end } = this;
    this.#make(Math.min(this.max, Math.max(tokensAtFirst, powerOfTwo(wanted))));
    this.end = this.oldest;
    for (let at = this.oldest; at < end; at += 1)
      this.put(digests[at & mask]!, gaps[at & mask]!, flags[at & mask]!);
    return this.size - size;
  }

  /** Gives back all it holds, and starts anew; says how much that was. */
  clear(): number {
    const held = this.size;
    this.#make(0);
    this.end = 0;
    this.oldest = 0;
    return held;
  }

  #make(size: number): void {
    this.size = size;
    this.digests = new Int32Array(size);
    this.gaps = new Int32Array(size);
    this.flags = new Uint8Array(size);
    this.#earlier = new Int32Array(size);
    this.#heads = new Int32Array(size).fill(-1);
  }
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, atLeast)));
}
