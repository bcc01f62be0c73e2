import type { Planted } from "./planted.ts";

/** Of a secret so much may be left over by chance. */
const pieceChars = 8;

/** The first piece of a secret that is still to be read in a text, as it is or percent-encoded; undefined when there is none. */
export function leakOf(
  { secret, prefix = "" }: Pick<Planted, "secret" | "prefix">,
  text: string,
): string | undefined {
  const hidden = secret.slice(prefix.length);
  // What says that something was here may share letters with it.
  const left = text.replaceAll(/\[redacted:[^\]]*\]/gu, "\n");
  const views = [left, decoded(left), decoded(decoded(left))];
  for (let at = 0; at + pieceChars <= hidden.length; at++) {
    const piece = hidden.slice(at, at + pieceChars);
    if (views.some((view) => view.includes(piece))) return piece;
  }
  return undefined;
}

function decoded(text: string): string {
  return text.replaceAll(/%[0-9A-F]{2}/giu, (code) =>
    String.fromCharCode(Number.parseInt(code.slice(1), 16)),
  );
}
