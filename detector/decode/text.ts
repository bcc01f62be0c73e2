import { isUtf8 } from "node:buffer";
import type { Cursor } from "./cursor.ts";

/** The text in the bytes from `start` to `end`, or undefined when that is not valid UTF-8. */
export function readText({ bytes }: Cursor, start: number, end: number): string | undefined {
  const text = bytes.utf8Slice(start, end);
  // Broken bytes become U+FFFD; only a text that has one is worth the second look.
  return text.includes("\u{fffd}") && !isUtf8(bytes.subarray(start, end)) ? undefined : text;
}
