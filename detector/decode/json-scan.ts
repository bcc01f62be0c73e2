/** What a look over JSON text finds before any of it is parsed. */
export interface JsonScan {
  /** Deepest nesting of objects and arrays; the look ends where it passes the limit. */
  readonly depth: number;
  /** Most members of one object; the look ends where it passes the limit. */
  readonly members: number;
  /** Pairs of start and end of integers with more digits than a double holds. */
  readonly longIntegers: readonly number[];
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
/** Every integer of up to 15 digits is exact in a double. */
const exactDigits = 15;

/**
 * Looks over JSON text without building anything, so that text nested deeper than `depthMax` is known before the
 * parser recurses into it, and one with an object of more than `membersMax` members before it is built. Text that is not JSON gives some answer; the parser refuses it afterwards.
 */
export function scanJson(text: Uint8Array, depthMax: number, membersMax: number): JsonScan {
  const longIntegers: number[] = [];
  let depth = 0;
  let deepest = 0;
  /** Members so far of the open object or array at each depth. */
  const counts = new Int32Array(depthMax + 2);
  let members = 0;
  for (let at = 0; at < text.length && deepest <= depthMax && members <= membersMax; at += 1) {
    const byte = text[at]!;
    if (byte === quote) at = endOfString(text, at);
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
      counts[depth] = 0;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    else if (byte === colon) {
      counts[depth]! += 1;
      if (counts[depth]! > members) members = counts[depth]!;
    } else if (isDigit(byte)) {
      const end = endOfNumber(text, at);
      if (end - at > exactDigits && isInteger(text, at, end))
        longIntegers.push(text[at - 1] === 0x2d ? at - 1 : at, end);
      at = end - 1;
    }
  }
  return { depth: deepest, members, longIntegers };
}

/**
 * The text with its long integers in quotes: OTLP/JSON writes 64-bit integers as strings and takes numbers, too, which
 * `JSON.parse` would round.
 */
export function quoteLongIntegers(text: Uint8Array, longIntegers: readonly number[]): Uint8Array {
  if (longIntegers.length === 0) return text;
  const quoted = Buffer.alloc(text.length + longIntegers.length);
  let from = 0;
  let to = 0;
  for (const place of longIntegers) {
    quoted.set(text.subarray(from, place), to);
    to += place - from;
    quoted[to] = quote;
    to += 1;
    from = place;
  }
  quoted.set(text.subarray(from), to);
  return quoted;
}

/** The place of the closing quote. */
function endOfString(text: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== quote) at += text[at] === backslash ? 2 : 1;
  return at;
}

function endOfNumber(text: Uint8Array, start: number): number {
  let at = start;
  while (at < text.length && isNumberPart(text[at]!)) at += 1;
  return at;
}

function isInteger(text: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (!isDigit(text[at]!)) return false;
  return true;
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
/** Digits, point, exponent and its sign. */
const isNumberPart = (byte: number): boolean =>
  isDigit(byte) || byte === 0x2e || byte === 0x65 || byte === 0x45 || byte === 0x2b || byte === 0x2d;
