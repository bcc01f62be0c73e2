import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { meaningOf } from "./keys.ts";
import { decodePercent, type Decoded } from "./percent.ts";
import { reference } from "./reference.ts";
import { scan, type Found } from "./scan.ts";
import { isSecret } from "./values.ts";

/** Takes secrets out of what leaves the process. */
export interface Redactor {
  /**
   * The text without secrets; the very same string when there is none. Each secret becomes `[redacted:<format>]`, or
   * `[redacted:<format>:<reference>]` where a key is set. A text longer than `textCharsMax` is cut there and ends in `…`; a
   * secret that lies across the cut is replaced whole. It never throws.
   *
   * @param key What the text is the value of, where that is known: of `db.password` anything is a secret.
   */
  text(text: string, key?: string): string;
  /** Keys and values, in strings and arrays of strings; the same object when there is no secret in it. */
  attributes(attributes: Attributes): Attributes;
  /** Secrets replaced since the last `take()`. */
  readonly count: number;
  /** Gives `count` and begins anew; for `nhi.redaction.count`. */
  take(): number;
}

export interface RedactorOptions {
  /** Key of the references; none without it. */
  readonly key?: Uint8Array | undefined;
  /** Whose references they are. */
  readonly tenant?: string | undefined;
  readonly limits?: {
    /** Characters of a text that leave, at most. */
    readonly textCharsMax?: number | undefined;
  };
}

const textCharsMaxDefault = 16_384;
const cleanNamesMax = 1_000;
const cleanNameCharsMax = 128;
/** How far beyond the cut is read, to know a secret that lies across it; the longest with an end are shorter. */
const beyondCutChars = 2_048;

/**
 * @example
 * const { text } = redactor({ key, tenant: "acme" });
 * text("login failed for postgres://ana:hunter2@db/app");
 * // "login failed for postgres://ana:[redacted:password:hmac-sha256:3f0c9e7a5b1d2486]@db/app"
 */
export function redactor(options: RedactorOptions = {}): Redactor {
  return new TextRedactor(options);
}

class TextRedactor implements Redactor {
  count = 0;
  readonly #key: Uint8Array | undefined;
  readonly #tenant: string;
  readonly #charsMax: number;
  /** Names of attributes come again and again; made-up ones can't fill the memory. */
  readonly #cleanNames = new Set<string>();

  constructor({ key, tenant = "", limits }: RedactorOptions) {
    this.#key = key;
    this.#tenant = tenant;
    this.#charsMax = limits?.textCharsMax ?? textCharsMaxDefault;
  }

  take(): number {
    const taken = this.count;
    this.count = 0;
    return taken;
  }

  text(text: string, key?: string): string {
    try {
      return text.length <= this.#charsMax ? this.#whole(text, key) : this.#cut(text, key);
    } catch {
      this.count++;
      return unreadable;
    }
  }

  attributes(attributes: Attributes): Attributes {
    let changed = false;
    const entries: [string, AttributeValue | undefined][] = [];
    for (const key of Object.keys(attributes)) {
      const value = read(attributes, key);
      const cleanKey = this.#name(key);
      const cleanValue = this.#value(value, key);
      changed ||= cleanKey !== key || cleanValue !== value;
      entries.push([cleanKey, cleanValue]);
    }
    // Not by assignment: a key may be `__proto__`.
    return changed ? Object.fromEntries(entries) : attributes;
  }

  #name(key: string): string {
    if (this.#cleanNames.has(key)) return key;
    const clean = this.text(key);
    if (clean !== key || key.length > cleanNameCharsMax) return clean;
    if (this.#cleanNames.size >= cleanNamesMax) this.#cleanNames.clear();
    this.#cleanNames.add(key);
    return key;
  }

  #value(value: AttributeValue | undefined, key: string): AttributeValue | undefined {
    if (typeof value === "string") return this.text(value, key);
    if (!Array.isArray(value)) return value;
    if (!isTexts(value)) return value;
    const clean = value.map((each) => (typeof each === "string" ? this.text(each, key) : each));
    return clean.every((each, index) => each === value[index]) ? value : clean;
  }

  #whole(text: string, key: string | undefined): string {
    if (key !== undefined && isSecretOf(key, text)) return this.#instead(meaningOf(key), text);
    const decoded = decodePercent(text);
    const found = scan(decoded?.text ?? text, key);
    return found.length === 0 ? text : this.#replace(text, found, decoded, text.length);
  }

  #cut(long: string, key: string | undefined): string {
    const text = long.slice(0, this.#charsMax + beyondCutChars);
    if (key !== undefined && isSecretOf(key, text)) return this.#instead(meaningOf(key), text);
    const decoded = decodePercent(text);
    const clean = this.#replace(text, scan(decoded?.text ?? text, key), decoded, this.#charsMax);
    // Copied, as a slice would keep all of the long text in memory; whole, as half a character is none.
    return `${Buffer.from(clean, "utf8").toString("utf8")}…`;
  }

  /** Up to `until`, or to the end of a secret that begins before it. */
  #replace(text: string, found: readonly Found[], decoded: Decoded | undefined, until: number): string {
    const source = decoded?.text ?? text;
    const parts: string[] = [];
    let from = 0;
    for (const { start, end, format } of found) {
      const place = decoded?.places[start] ?? start;
      if (place >= until) break;
      parts.push(text.slice(from, place), this.#instead(format, source.slice(start, end)));
      from = decoded?.places[end] ?? end;
    }
    if (from < until) parts.push(text.slice(from, until));
    return parts.join("");
  }

  #instead(format: string, secret: string): string {
    this.count++;
    const name = reference(secret, this.#key, this.#tenant);
    return name === undefined ? `[redacted:${format}]` : `[redacted:${format}:${name}]`;
  }
}

const unreadable = "[redacted:unreadable]";

/** Whether the key says of the whole text what it is. */
function isSecretOf(key: string, text: string): boolean {
  const meaning = meaningOf(key);
  return meaning !== "nothing" && meaning !== "id" && isSecret(meaning, text, false);
}

/** An array of the kind that may hold texts; null and undefined stand for those that are missing. */
function isTexts(value: readonly unknown[]): value is (string | null | undefined)[] {
  return value.some((each) => typeof each === "string");
}

/** Undefined where a getter throws: what can't be read can't be checked. */
function read(attributes: Attributes, key: string): AttributeValue | undefined {
  try {
    return attributes[key];
  } catch {
    return undefined;
  }
}
