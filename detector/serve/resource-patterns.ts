/** Ids that must share a beginning before it stands for them. */
const sharersMin = 3;
/** Patterns of one list; beyond it, wider ones are taken. */
const patternsMax = 64;
/** Longest pattern, and longest that is told to the letter. */
const charsMax = 512;

/** Where a name may be cut: first at slashes; where that leaves too many, at any sign between words. */
const cuts = [/\//gu, /[/:#.@_-]/gu];

/**
 * The narrowest list of patterns that matches all of `ids`, by one rule: each to the letter, unless three or more share everything
 * up to their last slash. Where more than 64 are left, names are cut at `: # . @ _ -` as well, then at the sign before, and in the
 * end anything goes.
 *
 * @example
 * resourcePatterns(["crm/1", "crm/2", "crm/3", "db:main"]); // ["crm/*", "db:main"]
 */
export function resourcePatterns(ids: readonly string[]): readonly string[] {
  let patterns = without([...new Set(ids.map(cutToSize))]);
  for (const [nth, cut] of cuts.entries()) {
    for (let before = -1; nth === 0 ? before === -1 : patterns.length > patternsMax;) {
      before = patterns.length;
      patterns = without(folded(patterns, cut));
      if (patterns.length === before) break;
    }
  }
  return patterns.length > patternsMax ? ["*"] : patterns.toSorted();
}

const cutToSize = (id: string): string => (id.length > charsMax ? `${id.slice(0, charsMax - 1)}*` : id);

function folded(patterns: readonly string[], cut: RegExp): readonly string[] {
  const byBeginning = new Map<string, string[]>();
  for (const pattern of patterns) {
    const beginning = beginningOf(pattern, cut);
    byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), pattern]);
  }
  return [...byBeginning].flatMap(([beginning, all]) =>
    beginning === "" || all.length < sharersMin ? all : [`${beginning}*`],
  );
}

/** Up to and with the last place to cut that has something after it; "" where that says nothing, as `https://` does. */
function beginningOf(pattern: string, cut: RegExp): string {
  const name = pattern.endsWith("*") ? pattern.slice(0, -1) : pattern;
  const places = [...name.matchAll(cut)].map(({ index }) => index + 1).filter((end) => end < name.length);
  const beginning = name.slice(0, places.at(-1) ?? 0);
  return /^\w*:?\/{0,2}$/u.test(beginning) && beginning.includes("/") && beginning.includes(":")
    ? ""
    : beginning;
}

/** Leaves out what another pattern of the list matches. */
function without(patterns: readonly string[]): readonly string[] {
  const wide = patterns.filter((one) => one.endsWith("*")).map((one) => one.slice(0, -1));
  return patterns.filter((one) => {
    const name = one.endsWith("*") ? one.slice(0, -1) : undefined;
    return !wide.some((beginning) => beginning !== name && one.startsWith(beginning));
  });
}
