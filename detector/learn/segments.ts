import { type Fingerprint, fingerprintOf } from "./fingerprint.ts";

/** What lies deeper is one with its folder. */
const segmentsMax = 6;
/** Texts whose segments are kept at hand; all are forgotten at once when full. */
const keptMax = 8192;
const kept = new Map<string, readonly Fingerprint[]>();

const mail = "^[^@/]+@[^@/]+$";
const scheme = "^[A-Za-z][A-Za-z0-9+.-]*://";
const query = "[?#][^\\x00]*$";
const uuid = "^[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}$";
const token = "^([0-9a-fA-F]{12,}|[A-Za-z0-9_=+-]{20,})$";

const mailPattern = new RegExp(mail, "u");
const schemePattern = new RegExp(scheme, "u");
const queryPattern = new RegExp(query, "u");
const uuidPattern = new RegExp(uuid, "u");
const tokenPattern = new RegExp(token, "u");

/**
 * The name of a resource from its widest part to its narrowest, ids replaced by what they look like: folders of a path,
 * host and folders of a URL without its query, domain before the name of a mail address.
 *
 * @example
 * segmentTexts("https://api.acme.example/v1/users/4711?x=y"); // ["api.acme.example", "v0", "users", "0"]
 * segmentTexts("ada@acme.example"); // ["@acme.example", "ada"]
 */
export function segmentTexts(text: string): readonly string[] {
  return partsOf(text)
    .filter((part) => part !== "")
    .slice(0, segmentsMax)
    .map((part) => shapeOf(part));
}

function partsOf(text: string): readonly string[] {
  if (mailPattern.test(text)) {
    const at = text.indexOf("@");
    return [text.slice(at), text.slice(0, at)];
  }
  return text
    .replace(queryPattern, "")
    .replace(schemePattern, "")
    .split(/[/:\\]/u);
}

function shapeOf(part: string): string {
  const isId = uuidPattern.test(part) || (tokenPattern.test(part) && /[0-9]/u.test(part));
  return isId ? "*" : part.replaceAll(/[0-9]+/gu, "0");
}

/** The same as fingerprints. */
export function segmentsOf(text: string): readonly Fingerprint[] {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const made = segmentTexts(text).map((part) => fingerprintOf(part));
  if (kept.size >= keptMax) kept.clear();
  kept.set(text, made);
  return made;
}

const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\")}'`;

/**
 * The same in ClickHouse's SQL: an expression for the template of a value, as `Templates.varying` has it.
 *
 * @param value An expression for the text.
 * @param varying Places whose segments are told apart no more.
 */
export function templateSql(value: string, varying: readonly string[]): string {
  const bare = `replaceRegexpOne(replaceRegexpOne(${value}, ${quoted(query)}, ''), ${quoted(scheme)}, '')`;
  const at = `position(${value}, '@')`;
  const parts = `if(match(${value}, ${quoted(mail)}), [substring(${value}, ${at}), substring(${value}, 1, ${at} - 1)], splitByChar('/', translate(${bare}, ':\\\\', '//')))`;
  const shape = `if(match(s, ${quoted(uuid)}) OR (match(s, ${quoted(token)}) AND match(s, '[0-9]')), '*', replaceRegexpAll(s, '[0-9]+', '0'))`;
  const print = `lower(substring(hex(SHA256(${shape})), 1, 16))`;
  const isVarying =
    varying.length === 0 ? "0" : `has([${varying.map((one) => `'${one}'`).join(", ")}], place)`;
  const segments = `arraySlice(arrayFilter(s -> s != '', ${parts}), 1, ${String(segmentsMax)})`;
  return `arrayFold((place, s) -> concat(place, if(${isVarying}, '*', ${print}), '/'), ${segments}, '')`;
}
