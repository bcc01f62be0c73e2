import { z } from "zod";

/** SHA-256 over the parts of an action, hex; `policy/digest.ts` says of which. */
export const ActionDigest = z.string().regex(/^[0-9a-f]{64}$/u, "must be 64 hex digits");

/**
 * What a person is asked before one action runs: exactly this one, as its digest says. Names of arguments are shown, never
 * their values.
 */
export const ApprovalRequest = z.strictObject({
  id: z.string().min(1).max(64),
  digest: ActionDigest,
  identityId: z.string().min(1).max(512),
  operation: z.string().min(1).max(512),
  resources: z.array(z.string().max(1024)).max(64),
  arguments: z
    .array(z.string().max(128))
    .max(64)
    .default([])
    .describe("Names of the arguments that the digest covers."),
  taskId: z.string().max(256).default(""),
  sessionId: z.string().max(512).default(""),
  chainId: z.string().max(512).default(""),
  grantId: z.string().max(256).default("").describe("The grant that asks."),
  policyId: z.string().max(256).default(""),
  policyVersion: z.string().max(64).default(""),
  expiresAtUs: z.number().int().nonnegative(),
});
export type ApprovalRequest = Readonly<z.infer<typeof ApprovalRequest>>;

/** What a person says to it. */
export const ApprovalAnswer = z.enum(["approved", "denied"]);
export type ApprovalAnswer = z.infer<typeof ApprovalAnswer>;

/** Where an approval stands. `used` and `expired` can't be answered, and nothing runs on them. */
export const ApprovalState = z.enum(["asked", "approved", "denied", "used", "expired"]);
export type ApprovalState = z.infer<typeof ApprovalState>;
