import { z } from "zod";

/**
 * What an identity, or all that acts within a chain, may do right now. `watched` may go on and is looked at; `paused` waits for a
 * person; `revoked` may do nothing.
 */
export const Standing = z.enum(["active", "watched", "paused", "revoked"]);
export type Standing = z.infer<typeof Standing>;

/** Whom a standing is of. */
export const StandingSubject = z.strictObject({
  kind: z.enum(["identity", "chain"]),
  id: z.string().min(1).max(4096),
});
export type StandingSubject = Readonly<z.infer<typeof StandingSubject>>;
