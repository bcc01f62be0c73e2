import type { PlantedSecret } from "./two-hundred.ts";

/** Of a secret so many characters may be left over by chance; of one in hex more, as ids and instants are hex and digits too. */
const pieceChars = 8;
const hexPieceChars = 14;

export interface Leak {
  readonly id: string;
  /** How it was written: plain, percent, json, base64, hex. */
  readonly form: string;
  readonly piece: string;
  /** The text it stands in. */
  readonly around: string;
}

interface Piece {
  readonly id: string;
  readonly form: string;
  readonly whole: string;
}

const tableBits = 24;

/** Finds what is left of secrets, in any piece of eight characters and in the usual encodings. */
export class LeakFinder {
  /** By their first eight characters. */
  readonly #pieces = new Map<string, Piece[]>();
  /** Bits by a hash of eight characters: rules out nearly every place of a text at once. */
  readonly #may = new Uint8Array(1 << (tableBits - 3));

  constructor(secrets: readonly PlantedSecret[]) {
    for (const { id, secret, prefix = "" } of secrets) {
      const hidden = secret.slice(prefix.length).replaceAll(/-----[^-]+-----\n?|^[\w-]+: .*$/gmu, "");
      for (const [form, text] of formsOf(hidden)) this.#add(id, form, text);
    }
  }

  /** The leaks in a text or in bytes; of one secret the first of each form, and a hundred at most. */
  leaksIn(where: string | Uint8Array): readonly Leak[] {
    const bytes = typeof where === "string" ? Buffer.from(where) : Buffer.from(where);
    const found = new Map<string, Leak>();
    let [low, high] = [0, 0];
    for (let at = 0; at < bytes.length; at++) {
      low = (low >>> 8) | (high << 24);
      high = (high >>> 8) | (bytes[at]! << 24);
      const slot = slotOf(low, high);
      if (at < pieceChars - 1 || ((this.#may[slot >>> 3]! >>> (slot & 7)) & 1) === 0) continue;
      const start = at - pieceChars + 1;
      for (const { id, form, whole } of this.#pieces.get(bytes.latin1Slice(start, at + 1)) ?? []) {
        if (found.has(`${id} ${form}`) || !isAt(bytes, start, whole)) continue;
        const around = bytes.latin1Slice(Math.max(0, start - 160), Math.min(bytes.length, start + 80));
        found.set(`${id} ${form}`, { id, form, piece: whole, around });
        if (found.size === 100) return [...found.values()];
      }
    }
    return [...found.values()];
  }

  #add(id: string, form: string, text: string): void {
    // Groups of base64 are found wherever they begin, as each secret is there in all three ways.
    for (let at = 0; at + pieceChars <= text.length; at += form === "base64" ? 4 : 1) {
      const short = text.slice(at, at + pieceChars);
      const chars = charsOf(form, short);
      const whole = text.slice(at, at + chars);
      if (whole.length < chars) continue;
      this.#pieces.set(short, [...(this.#pieces.get(short) ?? []), { id, form, whole }]);
      const bytes = Buffer.from(short, "latin1");
      const slot = slotOf(bytes.readUInt32LE(0), bytes.readUInt32LE(4));
      this.#may[slot >>> 3]! |= 1 << (slot & 7);
    }
  }
}

/** How long a piece has to be to be no chance. */
function charsOf(form: string, piece: string): number {
  if (hexLike.test(piece)) return hexPieceChars;
  if (form === "base64" && hexLike.test(Buffer.from(piece, "base64").toString("latin1")))
    return hexPieceChars * 2;
  // Of what is percent-encoded twice a piece may be nothing but that.
  return form === "percent" && piece.replaceAll(/%?(?:25)?[0-9A-F]{0,2}/gu, "").length < 2
    ? hexPieceChars
    : pieceChars;
}

const hexLike = /^[0-9a-f-]+$/iu;

function isAt(bytes: Buffer, start: number, whole: string): boolean {
  const end = start + whole.length;
  return end <= bytes.length && bytes.latin1Slice(start, end) === whole;
}

/** By its own name: what is global is slow to reach within a test. */
const { imul } = Math;

function slotOf(low: number, high: number): number {
  return (imul(low, 0x9e3779b1) ^ imul(high, 0x85ebca6b)) >>> (32 - tableBits);
}

function formsOf(hidden: string): readonly (readonly [form: string, text: string])[] {
  const percent = encodeURIComponent(hidden);
  const json = JSON.stringify(hidden).slice(1, -1);
  return [
    ["plain", hidden],
    ...(percent === hidden
      ? []
      : [["percent", percent] as const, ["percent", encodeURIComponent(percent)] as const]),
    ...(json === hidden
      ? []
      : [["json", json] as const, ["json", JSON.stringify(json).slice(1, -1)] as const]),
    ["hex", Buffer.from(hidden).toString("hex")],
    // Its beginning may lie at any of three places of a group; the groups at its ends hold neighbours as well.
    ...[0, 1, 2].flatMap((shift) =>
      (["base64", "base64url"] as const).map((form) => {
        const text = Buffer.from(`${"\0".repeat(shift)}${hidden}`)
          .toString(form)
          .replaceAll("=", "");
        return ["base64", text.slice(shift === 0 ? 0 : 4, -3)] as const;
      }),
    ),
  ];
}
