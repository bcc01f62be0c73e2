import { decoded, decodedBase64 } from "./encodings.ts";

/** Characters that show nothing, by which equal words would differ. */
const unseen = /[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/gu;
// oxlint-disable-next-line no-control-regex -- the question is whether there is anything but ASCII.
const beyondAscii = /[^\x00-\x7f]/u;

/** One letter for all that count as the same: lower case, NFKC (full width, ligatures), nothing invisible. */
export function fold(text: string): string {
  const plain = beyondAscii.test(text) ? text.normalize("NFKC").replace(unseen, "") : text;
  return plain.toLowerCase();
}

/** Runs long enough to be looked at as base64; shorter ones are words. */
const base64Runs = /[A-Za-z\d+/_-]{16,}={0,2}/gu;
const base64RunsMax = 64;

/**
 * What a text says, folded: as it stands, and where it holds escapes or encodings, what they stand for. Each is a text
 * by itself. Blind to compression, encryption, other alphabets' base32 or hex, and words split by markup.
 */
export function textForms(text: string): readonly string[] {
  const forms = [fold(text)];
  const plain = decoded(text);
  if (plain !== text) forms.push(fold(plain));
  let runs = 0;
  for (const [run] of plain.matchAll(base64Runs)) {
    runs += 1;
    if (runs > base64RunsMax) break;
    const hidden = decodedBase64(run);
    if (hidden !== undefined) forms.push(fold(hidden));
  }
  return forms;
}

const wholeBase64 = /^[A-Za-z\d+/_-]{8,}={0,2}$/u;

/** The ways a value may stand in a text, likeliest first: as it is, without scheme, `www.` and last slash, decoded. */
export function valueForms(value: string): readonly string[] {
  const forms = new Set<string>();
  const add = (text: string): void => {
    const folded = fold(text).trim();
    forms.add(folded);
    forms.add(bareAddress(folded));
  };
  add(value);
  const plain = decoded(value);
  if (plain !== value) add(plain);
  const hidden = wholeBase64.test(value) ? decodedBase64(value) : undefined;
  if (hidden !== undefined) add(hidden);
  return [...forms].filter((form) => form.length >= 2);
}

/** A web address without scheme, `www.` and slashes at its end. */
function bareAddress(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0x2f) end -= 1;
  return text
    .slice(0, end)
    .replace(/^https?:\/\//u, "")
    .replace(/^www\./u, "");
}
