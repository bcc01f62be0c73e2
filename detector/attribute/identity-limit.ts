import type { RejectedSpan, SpanRow } from "../decode/index.ts";

/** Characters of an identity's id. A longer one is refused, never cut: cut ids would make two identities one. */
export const identityCharsMax = 512;

/** Why an identity's id can't be taken; undefined when it can. */
export function identityTooLong({ dictionary, index }: SpanRow, id: number): RejectedSpan | undefined {
  if (dictionary.lengthOf(id) <= identityCharsMax || dictionary.text(id).length <= identityCharsMax)
    return undefined;
  return {
    index,
    reason: "identity_too_long",
    message: `the identity id is longer than ${String(identityCharsMax)} characters`,
  };
}
