import type { PhraseData } from "./data-shape.ts";
import { data } from "./data.ts";
import { looksGenerated } from "./entropy.ts";
import { privateKeyEnd } from "./private-key.ts";
import type { Found } from "./values.ts";

/** Secrets that are known by what stands before them, where that is no `key: value`. */
export interface Phrase {
  readonly id: string;
  /** One of these begins it; written small, found in any case. */
  readonly begins: readonly string[];
  readonly find: (text: string, at: number) => Found | undefined;
}

/** How those are found that no regular expression shared with other languages finds. The group `secret` ends the match. */
interface ByHand {
  readonly pattern: RegExp;
  /** What the secret has to look like besides. */
  readonly where?: (secret: string) => boolean;
}

const byHand: Readonly<Record<string, ByHand>> = {
  jwt: { pattern: /(?<secret>eyJ[\w-]{10,600}(?:(?:\.[\w-]+){2,4}|\.eyJ[\w-]{6,}))/y },
  bearer: {
    pattern: /(?:bearer|apikey|token)(?: +|%20|\+)(?:token=)?\\?["']?(?<secret>[\w.~+/-]{8,4096}={0,2})/iy,
    where: looksGenerated,
  },
  basic: {
    pattern: /basic +\\?["']?(?<secret>[A-Za-z0-9+/_-]{4,1024}={0,2})/iy,
    where: (secret) => /^[\x20-\x7e]*:[\x20-\x7e]*$/u.test(Buffer.from(secret, "base64").toString("latin1")),
  },
  "password-told": {
    pattern:
      /pass(?:word|wd|phrase|code) +(?:(?:is|was|set to|of|to|for \S{1,64} is) +)?(?:[:=] *)?(?<secret>\\?'[^']{1,4096}'|\\?"[^"\\]{1,4096}\\?"|`[^`]{1,4096}`|[^\s"',;)<>]{6,4096})/iy,
    where: isQuotedOrHandMade,
  },
  "identified-by": {
    pattern:
      /identified (?:with [\w"']{1,64} )?(?:by|as) +(?:password +)?(?<secret>'[^']{1,4096}'|"[^"]{1,4096}"|[^\s;`]{1,4096})/iy,
    where: isQuotedOrHandMade,
  },
  "user-flag": { pattern: /(?:-u|--user) +["']?[^\s:"']{1,128}:(?<secret>[^\s"']{1,4096})/y },
  "oracle-thin": { pattern: /thin:[^\s/@]{1,128}\/(?<secret>[^\s@]{1,256})(?=@)/y },
};

export const phrases: readonly Phrase[] = data.phrases.map((phrase) => ({
  id: phrase.id,
  begins: phrase.begins,
  find: phrase.rule === "private-key" ? privateKey : finder(phrase),
}));

function privateKey(text: string, at: number): Found | undefined {
  const end = privateKeyEnd(text, at);
  return end === undefined ? undefined : { start: at, end, format: "private-key" };
}

function finder({ rule, id, pattern, before }: PhraseData): Phrase["find"] {
  const hand = byHand[rule];
  /** Compiled when first needed: most never are. */
  let compiled = hand?.pattern;
  return (text, at) => {
    compiled ??= new RegExp(before === undefined ? pattern! : `(?<=${before})${pattern!}`, "y");
    compiled.lastIndex = at;
    const secret = compiled.exec(text)?.groups?.["secret"];
    if (secret === undefined || hand?.where?.(secret) === false) return undefined;
    const end = compiled.lastIndex;
    // What is left of one that was taken out before.
    if (text.startsWith(`[redacted:${id}`, end)) return undefined;
    return { start: end - secret.length, end, format: id };
  };
}

function isQuotedOrHandMade(secret: string): boolean {
  return /^\\?(?:'.*'|".*"|`.*`)$/u.test(secret) || isHandMade(secret.replace(/[.!?]+$/u, ""));
}

/** Words alone are a sentence going on: `password authentication failed`. */
export function isHandMade(secret: string): boolean {
  if (looksGenerated(secret)) return true;
  return (
    /[A-Za-z]/u.test(secret) &&
    /\d|[^\w\s./:-]/u.test(secret) &&
    !/^(?:\[redacted|\$\{|\{\{|%[sd])/u.test(secret)
  );
}
