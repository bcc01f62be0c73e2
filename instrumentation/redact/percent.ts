/** A text with its percent-encoding undone, and where each of its characters came from. */
export interface Decoded {
  readonly text: string;
  /** Place in the original, for each character and for the end. */
  readonly places: Uint32Array;
}

const encoded = /%[0-9a-f]{2}/iu;
/** What was encoded more often than this stays as it is. */
const roundsMax = 3;

/**
 * Undoes percent-encoding, so that a secret in a URL is seen as what it is; undefined where there is none. Bytes become the
 * characters of their number: what secrets are made of is the same in UTF-8, and nothing is lost.
 */
export function decodePercent(text: string): Decoded | undefined {
  let decoded: Decoded | undefined;
  for (let round = 0; round < roundsMax; round++) {
    const source = decoded?.text ?? text;
    if (!source.includes("%") || !encoded.test(source)) break;
    decoded = decodeOnce(source, decoded?.places);
  }
  return decoded;
}

function decodeOnce(source: string, before: Uint32Array | undefined): Decoded {
  const places = new Uint32Array(source.length + 1);
  const parts: string[] = [];
  let length = 0;
  let from = 0;
  for (let at = 0; at < source.length; at++) {
    places[length++] = before?.[at] ?? at;
    if (source.charCodeAt(at) !== 37) continue;
    const code = hexAt(source, at + 1) * 16 + hexAt(source, at + 2);
    if (Number.isNaN(code)) continue;
    parts.push(source.slice(from, at), String.fromCharCode(code));
    at += 2;
    from = at + 1;
  }
  parts.push(source.slice(from));
  places[length] = before?.[source.length] ?? source.length;
  return { text: parts.join(""), places: places.subarray(0, length + 1) };
}

function hexAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code > 47 && code < 58) return code - 48;
  const small = code | 32;
  return small > 96 && small < 103 ? small - 87 : Number.NaN;
}
