/** How far behind its first line the base64 of a private key begins at most: headers stand between. */
const headersCharsMax = 1_024;
const headerValueCharsMax = 80;

const begin = /-----BEGIN[ +A-Z0-9_-]{0,100}PRIVATE[ +]KEY(?:[ +]BLOCK)?-----/y;
const gap = /\s|\\{1,16}[nrt]|["'+,>|]/y;
const gaps = String.raw`(?:\s|\\+[nrt]|["'+,>|])*`;
const headerName = /[A-Za-z-]{1,20}: /y;
const firstLine = /[A-Za-z0-9+/=]{16}/y;
const body = new RegExp(
  String.raw`(?:${gaps}[A-Za-z0-9+/=]{16,})+${gaps}[A-Za-z0-9+/=]{0,15}${gaps}(?:-----END[^-]{0,100}-----)?`,
  "y",
);

/**
 * Where the private key in PEM ends that begins at a place; undefined where none does. Without its end where the text was
 * cut: then as far as lines of base64 go.
 *
 * Headers may stand before the base64, on one line too, so that many places may end one and begin the next; a regular
 * expression would try all ways to part them. Here each place is looked at once.
 */
export function privateKeyEnd(text: string, at: number): number | undefined {
  begin.lastIndex = at;
  if (!begin.test(text)) return undefined;
  const start = bodyStart(text, begin.lastIndex);
  if (start === undefined) return undefined;
  body.lastIndex = start;
  return body.test(text) ? body.lastIndex : undefined;
}

/** The last place at which the base64 may begin, behind any headers. */
function bodyStart(text: string, from: number): number | undefined {
  let last: number | undefined;
  /** Places up to which headers and gaps may go, as distances from the first line. */
  const reached = new Uint8Array(headersCharsMax);
  reached[0] = 1;
  for (let distance = 0; distance < headersCharsMax && from + distance < text.length; distance++) {
    if (reached[distance] === 0) continue;
    const at = from + distance;
    if (fits(firstLine, text, at)) last = at;
    if (fits(gap, text, at)) reached[gap.lastIndex - from] = 1;
    if (fits(headerName, text, at))
      reached.fill(1, headerName.lastIndex - from, valueEnd(text, headerName.lastIndex) - from + 1);
  }
  return last;
}

function fits(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

function valueEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && end - from < headerValueCharsMax && text[end] !== "\n" && text[end] !== "\\")
    end++;
  return end;
}
