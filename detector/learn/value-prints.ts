import { fingerprintOf } from "./fingerprint.ts";

/** What stands for the name of a resource where names are compared. */
export interface ValuePrints {
  /** Of the value, however it is written: letter case, white space, scheme, `www.` and a trailing slash don't count. */
  readonly value: number;
  /** Of what it belongs to: the domain of a mail address, the host of a URL, the folder of a path; 0 where there is none. */
  readonly family: number;
  /** Whether it is a number of a few digits. */
  readonly isSmallNumber: boolean;
}

/** Longer names are compared by their beginning. */
const charsMax = 512;

/** The prints of a name. They are 52 bits wide, so that they are exact as numbers, and a mix of two is as well. */
export function valuePrintsOf(text: string): ValuePrints {
  const value = plain(text.slice(0, charsMax));
  const family = familyOf(value);
  return {
    value: printOf(value),
    family: family === "" ? 0 : printOf(family),
    isSmallNumber: /^\d{1,4}$/u.test(value),
  };
}

/** 52 bits of the fingerprint of a text; never 0. */
export function printOf(text: string): number {
  const { high, low } = fingerprintOf(text);
  return (high >>> 12) * 2 ** 32 + (low >>> 0) || 1;
}

/** The print of several things together: which of them it is that are used matters, and their order. */
export function mixed(first: number, second: number): number {
  const high = Math.trunc(first / 2 ** 32) ^ Math.imul((second >>> 0) + 0x9e3779b9, 0x85ebca6b);
  const low =
    (first >>> 0) ^
    Math.imul(Math.trunc(second / 2 ** 32) + 0x7f4a7c15, 0xc2b2ae35) ^
    Math.imul(second >>> 0, 0x27d4eb2f);
  const stirredLow = Math.imul(low ^ (low >>> 15), 0x2c1b3c6d) ^ Math.imul(high, 0x297a2d39);
  const stirredHigh = Math.imul(high ^ (high >>> 13), 0x165667b1) ^ stirredLow;
  return (stirredHigh >>> 12) * 2 ** 32 + (stirredLow >>> 0);
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/\s+/gu, " ")
    .trim()
    .replace(/^https?:\/\//u, "")
    .replace(/^www\./u, "")
    .replace(/\/+$/u, "");
}

function familyOf(value: string): string {
  const domain = /^[^@\s]+@([^@\s]+)$/u.exec(value);
  if (domain !== null) return `@${domain[1]}`;
  if (value.startsWith("/") || /^[a-z]:\\/u.test(value))
    return value.slice(0, Math.max(0, value.lastIndexOf("/")));
  const host = /^([a-z0-9_-]+(?:\.[a-z0-9_-]+)+)(?:[/?#:]|$)/u.exec(value);
  return host === null ? "" : `//${host[1]}`;
}
