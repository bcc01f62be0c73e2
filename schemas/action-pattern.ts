import { z } from "zod";

/**
 * Something that is seen in several actions of an identity and in none of them alone. `when` is a sentence:
 *
 *     secret read, then within 10m in the same session: outgoing with a value from a tool
 *
 * A step is a class of actions and what else must hold of it; `then within` says how soon the next must follow, and
 * what both must share: `in the same session`, `in the same chain`, `with the same credential`, else the identity alone.
 * By itself it is worth a low finding. One whose steps are out of character is graver.
 *
 * @example
 * ActionPattern.parse({ id: "dump-then-send", when: "secret read, then within 5m: outgoing", did: "read a secret and sent something" });
 */
export const ActionPattern = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,47}$/u, "must be 1 to 48 small letters, digits or -, and begin with a letter"),
  when: z.string().min(1).max(512).describe("The sentence."),
  did: z.string().min(1).max(120).describe("What the identity then did, as a title says it after its name."),
});
export type ActionPattern = Readonly<z.infer<typeof ActionPattern>>;

/** The patterns that are looked for unless a rule is switched off, those that begin rarely first; a configuration may add its own. */
export const actionPatterns: readonly ActionPattern[] = [
  {
    id: "issue-then-access",
    when: "token issued, then within 15m in the same session: access out of character",
    did: "got a token and did what it never did before",
  },
  {
    id: "secret-then-send",
    when: "secret read, then within 10m in the same session: outgoing with a value from a tool",
    did: "read a secret and sent to where a tool's output told it to",
  },
  {
    id: "secret-then-new-place",
    when: "secret read, then within 10m in the same session: outgoing out of character",
    did: "read a secret and sent to where it never did before",
  },
  {
    id: "credential-in-two-places",
    when: "anything with a credential, then within 10m with the same credential: anything from another network",
    did: "used one credential from two places",
  },
  {
    id: "passed-on",
    when: "delegated work, then within 30m in the same chain: delegation with a value from a tool",
    did: "passed on to others what a tool's output said",
  },
  {
    id: "read-then-privileged",
    when: "read, then within 30m in the same session: privileged write with a value from it",
    did: "changed rights with a value out of what it just read",
  },
];
