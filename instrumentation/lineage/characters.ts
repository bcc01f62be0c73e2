/** A UTF-16 code unit that stands between words. */
export const between = 0;
/** One that is part of a word. */
export const letter = 1;
/** A character that is a word by itself, of scripts that put no space between words. */
const alone = 2;

const ascii = Uint8Array.from({ length: 128 }, (_, code) =>
  /[a-z\d]/iu.test(String.fromCharCode(code)) ? letter : between,
);
const pages: (Uint8Array | undefined)[] = [];
const spaceless =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;

const allAlone = new Uint8Array(256).fill(alone);

/** Pages of 256 are made when first met, as most processes never see most scripts. */
function page(number: number): Uint8Array {
  // Han and Hangul fill hundreds of pages between them, and surrogates, which stand for rare Han and pictures.
  const isFull = (number >= 0x34 && number <= 0x9f) || (number >= 0xac && number <= 0xdf);
  const made = isFull ? allAlone : newPage(number);
  pages[number] = made;
  return made;
}

function newPage(number: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, low) => {
    const char = String.fromCharCode(number * 256 + low);
    if (spaceless.test(char)) return alone;
    return /[\p{L}\p{N}\p{M}]/u.test(char) ? letter : between;
  });
}

/** Whether a code unit is part of a word, a word by itself, or between words. */
export function classOf(code: number): number {
  if (code < 128) return ascii[code]!;
  return (pages[code >>> 8] ?? page(code >>> 8))[code & 255]!;
}

/** Bits of `breaks`: a sentence, line or marked-up part starts here; markup touches it; it is shouted; a clause starts. */
export const sentenceStart = 1;
export const markup = 2;
export const exclaimed = 4;
export const clauseStart = 8;

const ends = codesOf("\".!?;:…。！？；：、•·*-–—()«»“”„'`\\");
const commas = codesOf(",，،");
const fences = codesOf("<>[]{}|#=【】《》「」");

function codesOf(characters: string): ReadonlySet<number> {
  return new Set(Array.from(characters, (char) => char.charCodeAt(0)));
}

/** What a character between words does there, as bits of `breaks`. */
export function marksOf(code: number): number {
  if (fences.has(code)) return sentenceStart | markup;
  if (code === 0x21 || code === 0xff01) return sentenceStart | exclaimed;
  if (commas.has(code)) return clauseStart;
  return ends.has(code) ? sentenceStart : 0;
}
