import { meaningOf } from "./keys.ts";
import { isSecret } from "./values.ts";

/** Shorter ones stand in many a name by chance. Characters. */
const secretCharsMin = 4;
const argumentsMax = 64;

/**
 * A name that a call's arguments were put into, without those that their own names call secret: what stands in
 * `logins/hunter2` nobody knows any more, while the argument was called `password`.
 *
 * @example
 * withoutSecretArguments("logins/hunter2", [{ user: "ana", password: "hunter2" }]); // "logins/[redacted:password]"
 */
export function withoutSecretArguments(name: string, args: readonly unknown[]): string {
  let clean = name;
  for (const arg of args) {
    if (typeof arg !== "object" || arg === null || Array.isArray(arg)) continue;
    for (const key of Object.keys(arg).slice(0, argumentsMax)) {
      const meaning = meaningOf(key);
      if (meaning === "nothing" || meaning === "id") continue;
      const value: unknown = Object.getOwnPropertyDescriptor(arg, key)?.value;
      if (typeof value !== "string" || value.length < secretCharsMin || !isSecret(meaning, value, false))
        continue;
      for (const form of [value, encodeURIComponent(value)])
        clean = clean.replaceAll(form, `[redacted:${meaning}]`);
    }
  }
  return clean;
}
