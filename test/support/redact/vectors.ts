/** A text, and what the redactor in TypeScript makes of it; the one in Go has to make the same. */
export interface Vector {
  /** What the text is the value of. */
  readonly of?: string;
  /** Characters of a text that leave, at most. */
  readonly max?: number;
  /** Whether secrets are referred to, under `referenceKey` of the tenant `acme`. */
  readonly referenced?: boolean;
  readonly text: string;
  /** As it leaves; the same text where it is missing. */
  readonly clean?: string;
  /** Secrets that were replaced. */
  readonly count: number;
}

export const referenceKey = Buffer.from("a key of thirty-two bytes, no less");

const joint = "·";
const pieceChars = 6;

/** With a dot after every few characters: tools that look for secrets in a repository would take the made-up ones for real. */
export function inPieces(text: string): string {
  if (text.includes(joint)) throw new Error("a text of a vector holds the joint");
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += pieceChars) pieces.push(text.slice(at, at + pieceChars));
  return pieces.join(joint);
}

/** The text again. */
export function joined(pieces: string): string {
  return pieces.replaceAll(joint, "");
}
