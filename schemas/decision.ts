import { z } from "zod";

/** What a guard said of one action before it ran. */
export const DecisionVerdict = z.enum(["allow", "deny", "ask"]);
export type DecisionVerdict = z.infer<typeof DecisionVerdict>;

/** What then happened; verdict and outcome differ, for example when a guard runs in shadow mode. */
export const DecisionOutcome = z.enum(["allowed", "blocked", "asked", "observed"]);
export type DecisionOutcome = z.infer<typeof DecisionOutcome>;

/**
 * A guard's word on one action, as the span carried it.
 *
 * @example
 * const shadow = Decision.parse({ verdict: "deny", outcome: "observed" });
 */
export const Decision = z.strictObject({
  verdict: DecisionVerdict,
  outcome: DecisionOutcome,
  reason: z.string().max(512).exactOptional().describe("Low-cardinality reason code."),
});
export type Decision = Readonly<z.infer<typeof Decision>>;
