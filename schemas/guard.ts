import { z } from "zod";

/**
 * What holds where no grant speaks. `ungranted`: an identity to which nobody ever granted anything; `uncovered`: one that holds
 * grants, of which none covers the action.
 */
export const GuardDefaults = z.strictObject({
  ungranted: z.enum(["allow", "ask", "deny"]).default("allow").describe("To whom nobody granted anything."),
  uncovered: z
    .enum(["allow", "ask", "deny"])
    .default("deny")
    .describe("To whom something was granted, and not this."),
});
export type GuardDefaults = Readonly<z.infer<typeof GuardDefaults>>;
