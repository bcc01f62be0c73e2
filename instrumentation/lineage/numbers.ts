/** Numbers that are written in more than one way: grouped in thousands, or with decimals. */
const written =
  /(?<![\d.,])(?:\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3}){1,6}(?:[.,]\d{1,8})?|\d{1,15}[.,]\d{1,8})(?![\d.,]?\d)/gu;
const writtenAlone = /^[-+]?[\d.,'’\u00a0\u202f ]{1,32}$/u;

/** One number found in a text: where, and the plain ways to write it (1.234 is 1234 in Berlin and 1.234 in Boston). */
export interface FoundNumber {
  readonly at: number;
  readonly plain: readonly string[];
}

/** Numbers of a text whose writing may differ from a program's. Whole numbers without groups are words already. */
export function* numbersOf(text: string): Generator<FoundNumber> {
  for (const match of text.matchAll(written)) yield { at: match.index, plain: readings(match[0]) };
}

/** The plain ways to write a value that is a number; none where it is no number. */
export function plainNumbers(value: string): readonly string[] {
  if (!writtenAlone.test(value)) return [];
  const unsigned = value.replace(/^[-+]/u, "");
  return /^\d+$/u.test(unsigned) ? [plain(unsigned)] : readings(unsigned);
}

function readings(text: string): readonly string[] {
  const tight = text.replaceAll(/['’\u00a0\u202f ]/gu, "");
  const marks = tight.match(/[.,]/gu) ?? [];
  const last = marks.at(-1);
  if (last === undefined) return [plain(tight)];
  const decimals = tight.slice(tight.lastIndexOf(last) + 1);
  const whole = plain(tight.replaceAll(/[.,]/gu, ""));
  const groupedAll = /^\d{1,3}(?:[.,]\d{3})+$/u.test(tight) && new Set(marks).size === 1;
  if (groupedAll && marks.length > 1) return [whole];
  const fraction = plain(`${tight.slice(0, tight.lastIndexOf(last)).replaceAll(/[.,]/gu, "")}.${decimals}`);
  return groupedAll ? [whole, fraction] : [fraction];
}

/** As JavaScript would print it: no zeros in front or at the end. */
function plain(digits: string): string {
  const [whole = "", fraction = ""] = digits.split(".", 2);
  const kept = fraction.replace(/0+$/u, "");
  const front = whole.replace(/^0+(?=\d)/u, "");
  return kept === "" ? front : `${front}.${kept}`;
}
