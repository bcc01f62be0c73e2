import type { Reel } from "../reel.ts";
import type { Words } from "../words.ts";
import { instructedFlag } from "./instructed.ts";

/** Words of a shingle; two in a row happen by chance, four miss what was slightly edited. */
export const shingleWords = 3;

/** What is known of a free text by its shingles. */
export interface Shares {
  /** Runs of three words it has. */
  shingles: number;
  /** Those that are in a tool output and not in a prompt. */
  copied: number;
  /** Those that are in a prompt. */
  prompted: number;
  /** Those of the copied ones that stand in an instruction-like passage. */
  instructed: number;
}

/**
 * Where the runs of three words of a free text come from: `copied` out of tool outputs and not in the prompt, `prompted`
 * in the prompt. Punctuation, case and order of sentences do not count; every run counts alike.
 *
 * Cost: one or two searches a word of the text, some 0.2 µs each; `max` runs are looked for. Pure.
 *
 * Blind to: paraphrase, translation and summaries (honestly no copy), texts of less than three words, scripts without
 * spaces at a coarser grain (three characters are a run there), quotations that the user asked for (a copy all the same).
 */
export function sharesOf(words: Words, prompts: Reel, outputs: Reel, max: number): Shares {
  const shares: Shares = { shingles: 0, copied: 0, prompted: 0, instructed: 0 };
  for (let at = 0; at + shingleWords <= words.count && at < max; at += 1) {
    shares.shingles += 1;
    if (prompts.find(words, at, shingleWords, false) !== undefined) {
      shares.prompted += 1;
      continue;
    }
    const hit = outputs.find(words, at, shingleWords, false);
    if (hit === undefined) continue;
    shares.copied += 1;
    if ((hit.flags & instructedFlag) !== 0) shares.instructed += 1;
  }
  return shares;
}
