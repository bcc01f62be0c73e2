import { z } from "zod";

const name = z.string().min(1).max(512);

/** Stars alone take everything, and so say nothing. */
const takesAll = (pattern: string): boolean => /^\*+$/u.test(pattern);

/** What a finding must be to be hidden: all that is given must fit, and two things at least must be given. */
const SuppressionMatcher = z
  .strictObject({
    rule: z.string().min(1).max(64).exactOptional().describe("Id of the rule."),
    signal: z
      .string()
      .min(1)
      .max(64)
      .exactOptional()
      .describe("What the rule noticed, as actions have it after `rule/`."),
    identity: name.exactOptional().describe("Pattern of the identity; `*` stands for any run of characters."),
    operation: name
      .exactOptional()
      .describe("Pattern of the operation of the action that completed the finding."),
    resource: name
      .exactOptional()
      .describe("Pattern that every resource of that action must fit; it must have one."),
  })
  .refine((matcher) => Object.values(matcher).filter((value) => !takesAll(value)).length >= 2, {
    message:
      "a suppression needs two or more of rule, signal, identity, operation and resource that are not stars alone",
  });

/**
 * Findings that a person wants to be quiet for a while. They are stored all the same, with severity `info` and with what hid
 * them, and open no episode. Findings on authority of an identity that was paused or revoked are never hidden.
 *
 * @example
 * const one = Suppression.parse({
 *   id: "s1", reason: "the migration reads all tables", untilUs: 1_790_000_000_000_000,
 *   matcher: { rule: "first-use", identity: "agent:migrate" },
 * });
 */
export const Suppression = z.strictObject({
  id: z.string().min(1).max(64),
  reason: z.string().min(1).max(512),
  untilUs: z
    .number()
    .int()
    .nonnegative()
    .describe(
      "When it ends, microseconds since 1970; 90 days after it was set at the latest, whatever stands here.",
    ),
  matcher: SuppressionMatcher,
});
export type Suppression = Readonly<z.infer<typeof Suppression>>;
