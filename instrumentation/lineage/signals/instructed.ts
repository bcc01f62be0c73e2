import { clauseStart, exclaimed, markup, sentenceStart } from "../characters.ts";
import type { Lexicon } from "../lexicon.ts";
import type { Words } from "../words.ts";

/** Bits of the vocabulary; markup has no word. */
export const signs = {
  command: 1,
  demand: 2,
  override: 4,
  order: 8,
  urgency: 16,
  role: 32,
  connector: 64,
  addressed: 128,
} as const;
/** A role that markup touches. */
const roleMarked = 256;

/** Flag of a word that stands in an instruction-like passage. */
export const instructedFlag = 1;

/** Words to each side within which signs count as one passage: some three sentences. */
const reachWords = 48;
/** Signs weigh one, those that no ordinary request has weigh two. */
const enough = 3;

/**
 * Which words stand in a passage that reads like an instruction to the reader: one entry a word, `instructedFlag` or 0.
 * A sentence does where, within 48 words around it, signs of at least weight 3 come together, a command or a demand
 * among them: an imperative, a demand in the second person, an order of steps ("before you", "then"), urgency (1 each);
 * setting aside other instructions, markup with a role, speaking to a model (2 each).
 *
 * Cost: two look-ups a word, some 0.2 ms for 10 kB. Pure.
 *
 * Blind to: instructions told as facts ("the refund goes to account …"), single plain imperatives, languages outside the
 * vocabulary, spelling played with, text in pictures, instructions split over several outputs. Honest mail with steps
 * to do ("please send … before …") reads like an instruction, because it is one: what it asks for has to be judged by
 * others.
 */
export function instructionFlags(words: Words, cues: Lexicon, flags: Uint8Array): Uint8Array {
  const into = flags.length < words.count ? new Uint8Array(words.digests.length) : flags;
  into.fill(0, 0, words.count);
  const found = signsOf(words, cues);
  for (let at = 0; at < found.length; at += 1) mark(found, at, words, into);
  return into;
}

interface Sign {
  readonly at: number;
  readonly bits: number;
}

function signsOf(words: Words, cues: Lexicon): readonly Sign[] {
  const found: Sign[] = [];
  let mayCommand = true;
  for (let at = 0; at < words.count; at += 1) {
    const breaks = words.breaks[at]!;
    const given = cues.bitsAt(words, at);
    let bits = given & (signs.demand | signs.override | signs.order | signs.urgency | signs.addressed);
    if (
      (given & signs.command) !== 0 &&
      (mayCommand || (breaks & (sentenceStart | clauseStart)) !== 0 || !spaced(words, at))
    )
      bits |= signs.command;
    if ((given & signs.role) !== 0 && ((breaks | words.breaks[at + 1]!) & markup) !== 0) bits |= roleMarked;
    if ((breaks & exclaimed) !== 0) bits |= signs.urgency;
    if (bits !== 0) found.push({ at, bits });
    mayCommand = (given & signs.connector) !== 0;
  }
  return found;
}

/** Scripts without spaces have no place where a command must stand. */
function spaced(words: Words, at: number): boolean {
  return words.gaps[at] !== 0 || words.gaps[at + 1] !== 0 || at === 0;
}

/** Looks at the passage that starts with this sign; where it is enough, flags it to the ends of its sentences. */
function mark(found: readonly Sign[], from: number, words: Words, flags: Uint8Array): void {
  const start = found[from]!.at;
  let bits = 0;
  let last = -1;
  for (let next = from; next < found.length && found[next]!.at - start <= reachWords; next += 1) {
    bits |= found[next]!.bits;
    if (weight(bits) >= enough) last = found[next]!.at;
  }
  if (last < 0) return;
  let begin = start;
  while (begin > 0 && start - begin < reachWords && (words.breaks[begin]! & sentenceStart) === 0) begin -= 1;
  // The value follows its instruction as often as it stands in it.
  let end = last + 1;
  for (let sentences = 0; end < words.count && end - last < reachWords && sentences < 2; end += 1)
    if (((words.breaks[end] ?? 0) & sentenceStart) !== 0) sentences += 1;
  flags.fill(instructedFlag, begin, end);
}

function weight(bits: number): number {
  if ((bits & (signs.command | signs.demand)) === 0) return 0;
  let sum = 0;
  for (const bit of [signs.command, signs.demand, signs.order, signs.urgency])
    if ((bits & bit) !== 0) sum += 1;
  for (const bit of [signs.override, roleMarked, signs.addressed]) if ((bits & bit) !== 0) sum += 2;
  return sum;
}
