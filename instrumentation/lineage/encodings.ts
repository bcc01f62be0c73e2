/** Named HTML entities that occur in mail and pages; others are left as they stand. */
const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  copy: "©",
  reg: "®",
  euro: "€",
  pound: "£",
  hellip: "…",
  ndash: "–",
  mdash: "—",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  auml: "ä",
  ouml: "ö",
  uuml: "ü",
  szlig: "ß",
  eacute: "é",
  egrave: "è",
  agrave: "à",
  ccedil: "ç",
  ntilde: "ñ",
  aacute: "á",
  iacute: "í",
  oacute: "ó",
  uacute: "ú",
  atilde: "ã",
  otilde: "õ",
  sol: "/",
  colon: ":",
  commat: "@",
  period: ".",
  num: "#",
};
const entity = /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-zA-Z]{2,8}));/gu;
const percent = /(?:%[\da-fA-F]{2})+/gu;
const plusForSpace = /([?&][\w.-]*=[^\s&]*)/gu;
const jsonEscape = /\\(?:u([\da-fA-F]{4})|(["\\/bfnrt]))/gu;
const jsonShort: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** Without JSON escapes, HTML entities and URL encoding, each twice at most; the same text where it holds none. */
export function decoded(text: string): string {
  const once = decodedOnce(text);
  return once === text ? text : decodedOnce(once);
}

function decodedOnce(text: string): string {
  let plain = text;
  if (plain.includes("\\"))
    plain = plain.replace(jsonEscape, (_, hex: string | undefined, short: string) =>
      hex === undefined ? (jsonShort[short] ?? short) : String.fromCharCode(Number.parseInt(hex, 16)),
    );
  if (plain.includes("&")) {
    plain = plain.replace(entity, readEntity);
    if (plain.includes("+") && plain.includes("="))
      plain = plain.replace(plusForSpace, (part) => part.replaceAll("+", " "));
  }
  if (plain.includes("?") && plain.includes("+"))
    plain = plain.replace(plusForSpace, (part) => part.replaceAll("+", " "));
  if (plain.includes("%")) plain = plain.replace(percent, readPercent);
  return plain;
}

function readEntity(whole: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return Object.hasOwn(entities, name) ? (entities[name] ?? whole) : whole;
  const point = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
  return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
}

function readPercent(whole: string): string {
  try {
    return decodeURIComponent(whole);
  } catch {
    return whole;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
// oxlint-disable-next-line no-control-regex -- control characters are what tells binary data from text.
const controls = /[\x00-\x08\x0e-\x1f\x7f\ufffd]/u;

/** What base64 or base64url holds where that is text; undefined where it is anything else. */
export function decodedBase64(run: string): string | undefined {
  try {
    const text = utf8.decode(Buffer.from(run, "base64"));
    return controls.test(text) || !/[\p{L}\p{N}]{2}/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
