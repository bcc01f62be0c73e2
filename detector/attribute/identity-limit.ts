import type { Dictionary, RejectedSpan, SpanRow } from "../decode/index.ts";

/** Characters of an identity's id. A longer one is refused, never cut: cut ids would make two identities one. */
export const identityCharsMax = 512;

/** Whether a code from zero on is of a text that is too long for an identity's id. */
export function isTooLong(dictionary: Dictionary, id: number): boolean {
  return dictionary.lengthOf(id) > identityCharsMax && dictionary.text(id).length > identityCharsMax;
}

/** Why an identity's id can't be taken; undefined when it can. */
export function identityTooLong({ dictionary, index }: SpanRow, id: number): RejectedSpan | undefined {
  if (!isTooLong(dictionary, id)) return undefined;
  return {
    index,
    reason: "identity_too_long",
    message: `the identity id is longer than ${String(identityCharsMax)} characters`,
  };
}
