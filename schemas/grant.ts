import { z } from "zod";
import { Conditions } from "./condition.ts";
import { outcomesFromFarthest } from "./outcomes.ts";
import { Instant, Pattern } from "./pattern.ts";

/** From when and until when a grant counts: `from` inclusive, `until` exclusive; either end may be open. */
const Window = z
  .strictObject({ from: Instant.exactOptional(), until: Instant.exactOptional() })
  .refine((w) => w.from === undefined || w.until === undefined || Date.parse(w.from) < Date.parse(w.until), {
    message: "window.from must lie before window.until",
  });

/**
 * The authority for an action: who may do what, by whose approval, under which policy, and until when.
 * Scope is operations × resources: an action is inside when one pattern of each list matches.
 *
 * @example
 * const grant = Grant.parse({
 *   id: "triage-tickets",
 *   grantee: "agent:triage",
 *   approver: "user:ana@acme.example",
 *   policy: { id: "support-agents", version: "14" },
 *   operations: ["tickets.*"],
 *   resources: ["crm/*"],
 *   window: { until: "2026-12-31T00:00:00Z" },
 * });
 */
export const Grant = z.strictObject({
  id: z.string().min(1).max(256).describe("A new version of a grant has its id, and replaces it at once."),
  grantee: Pattern.describe("Identity id, or a pattern of ids."),
  approver: z.string().min(1).max(512).describe("The person or system that approved it."),
  policy: z
    .strictObject({
      id: z.string().min(1).max(256),
      version: z.string().min(1).max(64).describe("In quotes; one made of numbers can't go back."),
    })
    .describe("The policy that it belongs to, and the version of that."),
  operations: z
    .array(Pattern)
    .min(1)
    .max(256)
    .describe("Patterns of operations, * for any run of characters; with resources, what it covers."),
  resources: z
    .array(Pattern)
    .min(1)
    .max(256)
    .default(["*"])
    .describe("An action without a resource matches only `*`."),
  window: Window.default({}).describe(
    "From when (inclusive; when it was given where absent) until when (exclusive) it counts.",
  ),
  conditions: Conditions.default({}).describe("All that are named must hold."),
  ask: z
    .boolean()
    .default(false)
    .describe("Each action under it waits for a person, who approves exactly that action."),
  approval: z
    .string()
    .max(256)
    .exactOptional()
    .describe("Id of the approval this grant rests on, where there is one."),
});
export type Grant = Readonly<z.infer<typeof Grant>>;

/**
 * How an action stood to the authority of its identity at the moment it happened: granted, or the boundary that it crossed. From
 * farthest to closest: of several grants that don't cover an action, the one that came closest explains it.
 */
export const AuthorityOutcome = z.enum(outcomesFromFarthest);
export type AuthorityOutcome = z.infer<typeof AuthorityOutcome>;

/** The verdict on one action, with the grant it rests on or the one it came closest to. */
export const Authority = z.strictObject({
  outcome: AuthorityOutcome,
  grantId: z.string().default(""),
  approver: z.string().default(""),
  approvalId: z.string().default("").describe("The approval the grant rests on, empty where it names none."),
  policyId: z.string().default(""),
  policyVersion: z.string().default(""),
});
export type Authority = Readonly<z.infer<typeof Authority>>;
