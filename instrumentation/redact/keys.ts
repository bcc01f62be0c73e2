import { data } from "./data.ts";

/**
 * What the name before a value says of it. `password`: any value is secret. `credential`: a value that looks generated
 * is. `header`: the whole of it is, whatever its parts are. `id`: it is a name for something, however random it looks.
 */
export type KeyMeaning = "password" | "credential" | "header" | "id" | "nothing";

const password = new RegExp(data.keys.password, "u");
const header = new RegExp(data.keys.header, "u");
/** Tokens that say where to go on, or which request this is; whoever knows one can do nothing with it. */
const place = new RegExp(data.keys.place, "u");
const credential = new RegExp(data.keys.credential, "u");
const id = new RegExp(data.keys.id, "u");

/** Keys come again and again, so the answer is kept; made-up ones can't fill the memory. */
const keptMax = 2_000;
const keyCharsMax = 64;
const kept = new Map<string, KeyMeaning>();

/**
 * @example
 * meaningOf("DB_PASSWORD"); // "password"
 * meaningOf("x-api-key"); // "credential"
 * meaningOf("next_token"); // "id"
 */
export function meaningOf(key: string): KeyMeaning {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const meaning = judge(key.slice(-keyCharsMax));
  if (key.length > keyCharsMax) return meaning;
  if (kept.size >= keptMax) kept.clear();
  kept.set(key, meaning);
  return meaning;
}

function judge(key: string): KeyMeaning {
  const words = key
    .replaceAll(/([a-z0-9])([A-Z])/gu, "$1_$2")
    .replaceAll(/[-\s.]/gu, "_")
    .toLowerCase();
  if (password.test(words)) return "password";
  if (header.test(words)) return "header";
  if (place.test(words) || id.test(words)) return "id";
  return credential.test(words) ? "credential" : "nothing";
}
