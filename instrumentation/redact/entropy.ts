/**
 * Tells generated text from written text by three things: letters that follow each other as in no language, changes
 * between upper case, lower case and digits within a word, and how long that goes on. What looks alike on purpose (digests
 * in hex, UUIDs, words with a number) counts as written: telemetry is full of it. So a secret that is nothing but hex
 * is found by its prefix or by the key before it, never by its looks.
 */

/** Shorter ones are ids of things more often than secrets. */
export const randomCharsMin = 32;
const oddCharsMin = 24;

/** The 190 commonest of the 676 pairs of letters: 7 of 10 of those in English and in names that developers give. */
const common = new Uint8Array(26 * 26);
const frequent =
  "ab ac ad ag ai al am an ap ar as at au ax ay ba be bl bo bu ca ce ch ci ck cl co cr ct cu da dd de " +
  "di do ds ea ec ed ee ef eg el em en ep eq er es et ev ex fa fe ff fi fo ga ge gg gi gr ha he hi ho " +
  "ht ia ib ic id ie if ig il im in io ip is it iv iz ke la ld le li ll lo ls lt lu ly ma me mi mo mp " +
  "ms na nc nd ne nf ng ni nn no ns nt ob oc od of og ok ol om on oo op or os ot ou ov ow pa pe pi pl " +
  "po pp pr pt qu ra rc rd re ri rm ro rp rr rs rt ru rv ry sa sc se sh si sm so sp ss st su ta tc te " +
  "th ti tl to tp tr ts tt tu ty uc ue ul um un ur us ut va ve vi we wi xp xt";
for (const pair of frequent.split(" ")) common[pairCode(pair.charCodeAt(0), pair.charCodeAt(1))] = 1;

/** Of two letters, in either case. */
function pairCode(first: number, second: number): number {
  return ((first | 32) - 97) * 26 + ((second | 32) - 97);
}

const word = /[A-Za-z0-9]+/gu;

interface Odd {
  start: number;
  end: number;
  chars: number;
  changes: number;
  pairs: number;
  commonPairs: number;
  classes: number;
}

/**
 * The stretches of `text` from `start` to `end` (letters, digits and `_ - + /`) that look generated, as pairs of
 * places. Each is at least 32 characters long.
 */
export function randomParts(
  text: string,
  start: number,
  end: number,
): readonly (readonly [number, number])[] {
  const parts: (readonly [number, number])[] = [];
  let odd: Odd | undefined;
  const close = (): void => {
    if (odd !== undefined && isRandom(odd)) parts.push([odd.start, odd.end]);
    odd = undefined;
  };
  for (const { 0: part, index } of text.slice(start, end).matchAll(word)) {
    const traits = traitsOf(part, start + index);
    if (isWritten(part, traits)) {
      if (part.length > 3) close();
    } else if (odd === undefined) odd = traits;
    else join(odd, traits);
  }
  close();
  return parts;
}

/** Whether a value behind a key like `token` is generated rather than a word, a name, a path or a place-holder. */
export function looksGenerated(value: string): boolean {
  if (value.length < 6 || nameLike.test(value) || /\s/u.test(value)) return false;
  let odd = 0;
  for (const { 0: part } of value.matchAll(word)) {
    const hexLike = part.length >= 8 && hex.test(part) && /\d/u.test(part) && /[a-f]/iu.test(part);
    if (hexLike || !isWritten(part, traitsOf(part, 0))) odd += part.length;
  }
  return odd >= 6 || (odd >= 3 && value.length >= 12) || /[!$^*~#?]/u.test(value.slice(0, -1));
}

/** URLs, paths, references to secrets, place-holders, ids of keys, and what we put in ourselves. */
const nameLike =
  /^(?:[a-z][a-z0-9+.-]{1,20}:\/\/|arn:|spiffe:|urn:|hmac-sha256:|sha\d{1,3}:|\[redacted|\$\{|\$\(|\{\{|<|%[sdv]|~?\/[a-z]{2,}\/|\.{1,2}\/|[A-Z]:\\|A(?:KIA|SIA|ROA|IDA)[A-Z0-9]{16,20}$|\*+$|\.{3,}$|x{3,}$|null$|undefined$|true$|false$)/iu;
const hex = /^(?:[0-9a-f]+|[0-9A-F]+)$/u;

function traitsOf(part: string, start: number): Odd {
  let changes = 0;
  let pairs = 0;
  let commonPairs = 0;
  let classes = 0;
  let before = 0;
  for (let at = 0; at < part.length; at++) {
    const code = part.charCodeAt(at);
    const kind = code < 58 ? 1 : code < 91 ? 2 : 4;
    classes |= kind;
    if (at > 0) {
      // A capital before small letters is how every second word begins.
      if (kind !== before && !(before === 2 && kind === 4)) changes++;
      if (kind > 1 && before > 1) {
        pairs++;
        commonPairs += common[pairCode(part.charCodeAt(at - 1), code)]!;
      }
    }
    before = kind;
  }
  return { start, end: start + part.length, chars: part.length, changes, pairs, commonPairs, classes };
}

function isWritten(part: string, { changes, pairs, commonPairs, chars }: Odd): boolean {
  if (chars <= 3 || hex.test(part)) return true;
  if (/^[A-Za-z]+\d{0,4}$/u.test(part))
    return changes <= 1 + chars / 5 && (chars < 8 || commonPairs >= pairs * 0.45);
  return /^(?:\d+[A-Za-z]{1,3}|[A-Za-z]{1,8}\d+)$/u.test(part) && chars < 20;
}

function join(odd: Odd, next: Odd): void {
  odd.end = next.end;
  odd.chars += next.chars;
  odd.changes += next.changes;
  odd.pairs += next.pairs;
  odd.commonPairs += next.commonPairs;
  odd.classes |= next.classes;
}

function isRandom({ start, end, chars, changes, pairs, commonPairs, classes }: Odd): boolean {
  if (end - start < randomCharsMin || chars < oddCharsMin) return false;
  if (commonPairs > pairs * 0.55) return false;
  const mixed = classes === 7 && changes >= chars * 0.24;
  return mixed || (classes >= 3 && classes !== 6 && chars >= 36 && changes >= chars * 0.2);
}
