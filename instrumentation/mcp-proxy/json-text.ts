/** Looks into text that is JSON already: `JSON.parse` took it. */

/** How many members all objects of a text have, those that are named twice counted twice. */
export function membersIn(text: string): number {
  let members = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === quote) at = endOfText(text, at);
    else if (char === colon) members += 1;
  }
  return members;
}

/** How many members all objects within a value have. */
export function membersOf(value: unknown): number {
  let members = 0;
  const open = [value];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (typeof one !== "object" || one === null) continue;
    const inside: readonly unknown[] = Object.values(one);
    if (!Array.isArray(one)) members += inside.length;
    for (const next of inside) open.push(next);
  }
  return members;
}

/** Where the object at a path of names begins, behind its brace; undefined where there is none. */
export function insideOf(text: string, path: readonly string[]): number | undefined {
  let depth = 0;
  let found = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === openBrace || char === openBracket) {
      depth += 1;
      if (depth === 1 && found === path.length) return char === openBrace ? at + 1 : undefined;
    } else if (char === closeBrace || char === closeBracket) {
      depth -= 1;
      // The path leads nowhere further.
      if (depth <= found) return undefined;
    } else if (char === quote) {
      const end = endOfText(text, at);
      const value = depth === found + 1 ? valueOf(text, end) : undefined;
      if (value !== undefined && JSON.parse(text.slice(at, end + 1)) === path[found]) {
        if (text.charCodeAt(value) !== openBrace) return undefined;
        found += 1;
        depth += 1;
        at = value;
        if (found === path.length) return value + 1;
      } else at = end;
    }
  }
  return undefined;
}

/** Where the value begins whose name ended at `end`; undefined where that was no name. */
function valueOf(text: string, end: number): number | undefined {
  const after = skipSpace(text, end + 1);
  return text.charCodeAt(after) === colon ? skipSpace(text, after + 1) : undefined;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (space.has(text.charCodeAt(at))) at += 1;
  return at;
}

/** Where the text ends that begins at a quote. */
function endOfText(text: string, begin: number): number {
  let at = begin;
  for (;;) {
    at = text.indexOf('"', at + 1);
    if (at === -1) return text.length;
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
}

const [quote, colon, backslash] = [0x22, 0x3a, 0x5c];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const space: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
