import { z } from "zod";
import { Grant } from "./grant.ts";

const common = {
  tenant: z.string().min(1).max(128),
  author: z.string().min(1).max(512).describe("Who decided this."),
  atUs: z.number().int().nonnegative().describe("When it was decided, microseconds since 1970."),
};

/** A grant was given, or replaced by a new version of itself. */
const GrantGiven = z.strictObject({ kind: z.literal("grant_given"), ...common, grant: Grant });
/** A grant was taken back; it counts as revoked from `atUs` on. */
const GrantRevoked = z.strictObject({
  kind: z.literal("grant_revoked"),
  ...common,
  grantId: z.string().min(1).max(256),
});

/**
 * One entry of the control log (`nhi.control`): something a person or another system decided.
 *
 * @example
 * const entry = ControlRecord.parse({ kind: "grant_revoked", tenant: "default", author: "user:ana", atUs: 1, grantId: "g1" });
 */
export const ControlRecord = z.discriminatedUnion("kind", [GrantGiven, GrantRevoked]);
export type ControlRecord = Readonly<z.infer<typeof ControlRecord>>;
