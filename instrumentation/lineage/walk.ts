/** How far a value is walked. */
export interface WalkLimits {
  readonly depthMax: number;
  readonly partsMax: number;
  /** Characters of all texts together; of one text that is longer, start and end. */
  readonly charsMax: number;
}

/** What a walk meets: texts (names of properties too), and whether it came to its end. */
export interface Walked {
  readonly texts: readonly string[];
  readonly whole: boolean;
}

/**
 * The texts of any value: strings, numbers, dates, bytes that are UTF-8, names of properties; through arrays, objects,
 * Maps and Sets. Reads data only: no getter, no `toString`, no `toJSON` of the host runs. Never throws; each object is
 * visited once; a part that resists is left out.
 */
export function textsOf(value: unknown, limits: WalkLimits, withNames: boolean): Walked {
  const texts: string[] = [];
  const seen = new Set<object>();
  let left = limits.partsMax;
  let whole = true;
  let chars = 0;
  const take = (text: string): void => {
    const kept = bothEnds(text, limits.charsMax);
    if (kept.length < text.length) whole = false;
    chars += kept.length;
    if (chars >= limits.charsMax) left = 0;
    texts.push(kept);
  };
  const visit = (part: unknown, depth: number): void => {
    if (left <= 0 || depth > limits.depthMax) {
      whole = false;
      return;
    }
    left -= 1;
    if (typeof part !== "object" || part === null) {
      const text = scalar(part);
      if (text !== undefined) take(text);
      return;
    }
    if (seen.has(part)) return;
    seen.add(part);
    try {
      const leaf = leafOf(part, limits.charsMax);
      if (leaf === undefined) visitParts(part, depth);
      else take(leaf);
    } catch {
      whole = false;
    }
  };
  const visitParts = (part: object, depth: number): void => {
    if (Array.isArray(part))
      for (let at = 0; at < part.length && left > 0; at += 1) visit(part[at], depth + 1);
    else if (part instanceof Map)
      for (const [key, one] of part) {
        visit(key, depth + 1);
        visit(one, depth + 1);
        if (left <= 0) break;
      }
    else if (part instanceof Set)
      for (const one of part) {
        visit(one, depth + 1);
        if (left <= 0) break;
      }
    else
      for (const name of Object.keys(part)) {
        const property = Object.getOwnPropertyDescriptor(part, name);
        if (property === undefined || !("value" in property)) continue;
        if (withNames) take(name);
        visit(property.value, depth + 1);
        if (left <= 0) break;
      }
  };
  visit(value, 0);
  return { texts, whole };
}

/** Start and end of a text that is too long, as what matters stands at one of them. */
export function bothEnds(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const half = charsMax >> 1;
  return `${text.slice(0, half)}\n\n${text.slice(text.length - half + 2)}`;
}

function scalar(part: unknown): string | undefined {
  if (typeof part === "string") return part;
  if (typeof part === "number" || typeof part === "bigint") return String(part);
  return undefined;
}

/** What a container is that has no parts for us. */
function leafOf(part: object, charsMax: number): string | undefined {
  if (part instanceof Uint8Array)
    return Buffer.from(part.buffer, part.byteOffset, Math.min(part.byteLength, charsMax)).toString();
  if (ArrayBuffer.isView(part) || part instanceof ArrayBuffer) return "";
  if (part instanceof Date) return Number.isNaN(part.getTime()) ? "" : Date.prototype.toISOString.call(part);
  if (part instanceof URL) return part.href;
  if (part instanceof Error) return `${part.name}: ${part.message}`;
  return undefined;
}
