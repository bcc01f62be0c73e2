import type { Dice } from "../dice.ts";

export const digits = "0123456789";
export const lower = "abcdefghijklmnopqrstuvwxyz";
export const upper = lower.toUpperCase();
export const hexDigits = "0123456789abcdef";
export const base62 = upper + lower + digits;
export const base64Url = `${base62}-_`;
export const base64 = `${base62}+/`;
/** Crockford's, of ULIDs. */
export const base32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export function draw(dice: Dice, chars: string, count: number): string {
  return Array.from({ length: count }, () => chars[dice.below(chars.length)]).join("");
}

export function uuid(dice: Dice): string {
  return [8, 4, 4, 4, 12].map((count) => draw(dice, hexDigits, count)).join("-");
}
