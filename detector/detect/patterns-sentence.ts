import type { ActionPattern } from "../../schemas/index.ts";
import { fingerprintOf } from "../learn/fingerprint.ts";
import { classes, type Compared, comparisons, qualities, type Scope, scopes } from "./patterns-words.ts";

/** Steps of one sentence; each is remembered with its action. */
const stepsMax = 4;
/** A sequence that takes longer is none that anybody would remember. */
const withinMaxUs = 24 * 3_600_000_000;

interface Step {
  /** Bits of `is` that must all hold. */
  readonly needs: number;
  readonly compared: Compared;
  /** How soon after the step before; of the first, nothing. */
  readonly withinUs: number;
}

/** A pattern as it is looked for. */
export interface CompiledPattern extends ActionPattern {
  /** Stands for its id and words: what began under other words is no beginning of this. */
  readonly print: number;
  readonly scope: Scope;
  readonly steps: readonly Step[];
}

/** What is wrong with a sentence: the words that nobody knows, and what may stand in their place. */
export interface SentenceProblem {
  readonly problem: string;
  readonly words: string;
  readonly allowed: readonly string[];
}

/**
 * Reads a pattern's sentence.
 *
 * @example
 * compilePattern({ id: "x", when: "secret read, then within 10m: outgoing", did: "sent a secret" });
 */
export function compilePattern(pattern: ActionPattern): CompiledPattern | SentenceProblem {
  const [first = "", ...rest] = pattern.when.trim().replaceAll(/\s+/gu, " ").split(", then ");
  if (rest.length === 0)
    return problem(
      "has one step; a pattern is of several, as what is seen in one action is a signal",
      first,
      ["…, then within 10m in the same session: …"],
    );
  if (rest.length >= stepsMax) return problem(`has more than ${String(stepsMax)} steps`, first, []);
  const begin = readStep(first, 0);
  if ("problem" in begin) return begin;
  if (begin.compared !== "nothing")
    return problem("compares its first step, before which there is none", first, Object.keys(qualities));
  const steps: Step[] = [begin];
  const named = new Set<Scope>();
  for (const text of rest) {
    const link = readLink(text);
    if ("problem" in link) return link;
    const step = readStep(link.step, link.withinUs);
    if ("problem" in step) return step;
    named.add(link.scope);
    steps.push(step);
  }
  if (named.size > 1)
    return problem(
      "shares different things from step to step; say the same each time",
      [...named].join(", "),
      [],
    );
  const print = fingerprintOf(`${pattern.id}\0${pattern.when}`).high;
  return { ...pattern, print, scope: [...named][0]!, steps };
}

function readLink(
  text: string,
): { readonly withinUs: number; readonly scope: Scope; readonly step: string } | SentenceProblem {
  const found = /^within (\d{1,5})(s|m|h)( [a-z ]+)?: (.+)$/u.exec(text);
  if (found === null)
    return problem("has a step that does not say how soon it follows", text, ["within 10m: …"]);
  const [, count = "", unit = "", shared = "", step = ""] = found;
  const withinUs = Number(count) * { s: 1e6, m: 60e6, h: 3600e6 }[unit]!;
  if (withinUs === 0 || withinUs > withinMaxUs)
    return problem("has a step that follows after a time that is none, or over a day", `${count}${unit}`, []);
  const name = shared.trim();
  const scope = name === "" ? "identity" : scopes[name];
  if (scope === undefined) return problem("shares something unknown", name, Object.keys(scopes));
  return { withinUs, scope, step };
}

/** A class, then what else must hold, each by its words. */
function readStep(text: string, withinUs: number): Step | SentenceProblem {
  const name = longestOf(Object.keys(classes), text);
  if (name === undefined) return problem("names an unknown class of actions", text, Object.keys(classes));
  let needs = classes[name]!;
  let compared: Compared = "nothing";
  const known = [...Object.keys(qualities), ...Object.keys(comparisons)];
  for (let rest = text.slice(name.length).trim(); rest !== "";) {
    const words = longestOf(known, rest);
    if (words === undefined) return problem("says something unknown of a step", rest, known);
    needs |= qualities[words] ?? 0;
    const further = comparisons[words];
    if (further !== undefined && compared !== "nothing")
      return problem("compares one step twice", words, Object.keys(qualities));
    compared = further ?? compared;
    rest = rest.slice(words.length).trim();
  }
  return { needs, compared, withinUs };
}

/** The longest of these with which the text begins, up to the end of a word. */
function longestOf(names: readonly string[], text: string): string | undefined {
  let longest: string | undefined;
  for (const name of names)
    if ((text === name || text.startsWith(`${name} `)) && name.length > (longest?.length ?? 0))
      longest = name;
  return longest;
}

const problem = (what: string, words: string, allowed: readonly string[]): SentenceProblem => ({
  problem: what,
  words,
  allowed,
});
