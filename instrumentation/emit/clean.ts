import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { attributes as known } from "../../schemas/attributes.ts";
import type { Redactor } from "../redact/redactor.ts";
import { urlShape } from "../redact/url-shape.ts";
import { wordOf } from "../redact/words.ts";
import { idCharsMax, stamped } from "../scope/stamp.ts";

/**
 * What may leave is a list, not what may not: the attributes that the detector reads of a sender. Texts of statements,
 * headers, messages, results and errors are not among them.
 */
const leaves: ReadonlySet<string> = new Set(
  known.filter(({ writtenBy }) => writtenBy === "sender").map(({ name }) => name),
);
/** Of these only the shape leaves. */
const urls: ReadonlySet<string> = new Set(["url.full", "http.url"]);
/** Attributes of one span; the detector would not read more. */
const attributesMax = 128;
/** Entries of a list. */
const entriesMax = 128;

/** The attributes of a span that may leave, without secrets. What is no attribute's value is left out, whatever it is. */
export function clean(from: Attributes, redactor: Redactor): Attributes {
  const to: Attributes = {};
  let count = 0;
  for (const name in from) {
    if (count === attributesMax) break;
    if (!leaves.has(name)) continue;
    const given: unknown = from[name];
    const value =
      urls.has(name) && typeof given === "string"
        ? redactor.text(urlShape(given))
        : cleanValue(given, name, redactor);
    if (value === undefined) continue;
    to[name] = value;
    count += 1;
  }
  return to;
}

function cleanValue(value: unknown, name: string, redactor: Redactor): AttributeValue | undefined {
  if (typeof value === "string") return cleanText(value, name, redactor);
  if (isPlain(value)) return value;
  if (!Array.isArray(value)) return undefined;
  const entries: readonly unknown[] = value.slice(0, entriesMax);
  if (entries.some((one) => typeof one === "string"))
    return entries.map((one) => (typeof one === "string" ? cleanText(one, name, redactor) : ""));
  if (entries.every((one): one is number => typeof one === "number" && Number.isFinite(one)))
    return [...entries];
  return entries.every((one): one is boolean => typeof one === "boolean") ? [...entries] : undefined;
}

/**
 * Ids that are drawn by chance as secrets are: one that has no known format passes for what it says it is. All others
 * were given by somebody, and are checked by their looks as well.
 */
const drawn: ReadonlySet<string> = new Set([
  "nhi.session.id",
  "session.id",
  "mcp.session.id",
  "gen_ai.conversation.id",
  "gen_ai.tool.call.id",
  "nhi.args.digest",
  "service.instance.id",
  "cicd.pipeline.run.id",
  "aws.request_id",
]);

/** Checked whole, then cut: a part of a secret may look like nothing. */
function cleanText(text: string, name: string, redactor: Redactor): string {
  const checked = redactor.text(wordOf(name, text), drawn.has(name) ? name : undefined);
  return checked.length > idCharsMax && stamped.has(name) ? checked.slice(0, idCharsMax) : checked;
}

/** Of numbers only those that every form of OTLP can tell. */
function isPlain(value: unknown): value is number | boolean {
  return typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
}
