import type { Lexicon } from "../lexicon.ts";
import type { Words } from "../words.ts";

/** Classes of operations that a text speaks of, as bits; the longest phrase at each word counts. */
export function classesIn(words: Words, verbs: Lexicon): number {
  let classes = 0;
  for (let at = 0; at < words.count;) {
    const { bits, length } = verbs.longestAt(words, at);
    classes |= bits;
    at += bits === 0 ? 1 : length;
  }
  return classes;
}

/**
 * Whether the prompt asks for an operation of this class. `operation` and `prompt` are classes by verb (`classesIn` of
 * the operation's name, split into its words, and of all prompts so far). True where the operation's name has no verb we
 * know: nothing can be said then, and nothing should be held against it.
 *
 * Cost: one AND; the classes of a prompt are found once, when it is noted, in some 0.1 ms for 10 kB. Pure.
 *
 * Blind to: verbs outside the vocabulary, who asks and for what ("send money to A" asks for every payment), prompts
 * that hand the choice on ("do what the mail says"), negation ("do not send"), operations with a generic name ("run").
 */
export function isAsked(operation: number, prompt: number): boolean {
  return operation === 0 || (operation & prompt) !== 0;
}
