import { z } from "zod";
import { Finding, Severity } from "./finding.ts";

const count = z.number().int().nonnegative();
const instantUs = z.number().int().describe("Microseconds since 1970.");

/** A value, and in how many actions it was seen. */
export const Counted = z.strictObject({
  value: z.string(),
  actions: count,
  found: count.describe("Of them, those that a finding cites: they are the past, but no habit to go by."),
});
export type Counted = Readonly<z.infer<typeof Counted>>;

/** What an identity usually does, seen from one side. */
export const Usual = z.strictObject({
  aspect: z.enum(["operation", "resource", "resource kind", "origin", "network", "hour"]),
  here: z
    .array(Counted)
    .readonly()
    .describe("What the action in question has, and how often it was seen before."),
  most: z.array(Counted).readonly().describe("What was seen most, the commonest first."),
});
export type Usual = Readonly<z.infer<typeof Usual>>;

/** What would have been normal where a finding was made: the identity's learned actions before the first action it cites. */
export const Normal = z.strictObject({
  actions: count,
  sessions: count,
  sinceUs: instantUs,
  isCut: z
    .boolean()
    .describe("True when the identity did more than was looked at; the latest are counted then."),
  place: z
    .enum(["operation", "kind", "identity"])
    .describe(
      "What resources, origins and networks are counted of: the operation, where it was never used its kind, else all.",
    ),
  usual: z.array(Usual).readonly(),
});
export type Normal = Readonly<z.infer<typeof Normal>>;

/** The past session that is most like the finding's, and how they part. */
export const Nearest = z.strictObject({
  sessionId: z.string(),
  startedAtUs: instantUs,
  actions: count,
  found: count.describe("Of them, those that a finding cites: to be like it may be no good sign."),
  likeness: z.number().min(0).max(1).describe("Jaccard over operations, resource kinds and origins."),
  compared: count.describe("Past sessions that were compared."),
  onlyHere: z.array(z.string()).readonly(),
  onlyThere: z.array(z.string()).readonly(),
  firstDifference: z
    .strictObject({ step: z.number().int().positive(), here: z.string(), there: z.string() })
    .nullable()
    .describe("Where the two go apart, from 1; an empty text where one had ended. Null when they never do."),
});
export type Nearest = Readonly<z.infer<typeof Nearest>>;

/** An action of the finding's session. */
export const TimelineAction = z.strictObject({
  id: z.string(),
  sessionId: z.string(),
  place: z.number().int().positive().describe("Which of the session's actions it is, from 1."),
  startedAtUs: instantUs,
  phase: z.string(),
  kind: z.string(),
  operation: z.string(),
  resources: z.array(z.strictObject({ id: z.string(), kind: z.string(), origin: z.string() })).readonly(),
  status: z.string(),
  authority: z.string(),
  signals: z.array(z.string()).readonly(),
  score: z.number(),
  isCited: z.boolean(),
});
export type TimelineAction = Readonly<z.infer<typeof TimelineAction>>;

const Told = z.union([z.number(), z.string(), z.boolean()]);

/** The numbers of a finding as its SQL gives them now. */
export const Recount = z.strictObject({
  isEqual: z.boolean(),
  numbers: z
    .array(
      z.strictObject({ name: z.string(), told: Told.nullable(), now: Told.nullable(), isEqual: z.boolean() }),
    )
    .readonly(),
  problem: z.string().describe("Why the SQL could not be run; empty when it was."),
  reasons: z.array(z.string()).readonly().describe("Why the numbers may differ; empty when they don't."),
});
export type Recount = Readonly<z.infer<typeof Recount>>;

/** Why something was found: the finding, what would have been normal, the nearest past, what happened around, and the numbers run again. */
export const Explanation = z.strictObject({
  finding: Finding,
  cited: count.describe("Cited actions that are still stored."),
  normal: Normal.nullable().describe("Null when it cites no action that is stored."),
  nearest: Nearest.nullable().describe("Null when no earlier session is stored."),
  timeline: z.array(TimelineAction).readonly(),
  sessionActions: count.describe("Actions of the session within a day of those cited."),
  recount: Recount,
});
export type Explanation = Readonly<z.infer<typeof Explanation>>;

/** What is known of an identity: what "normal" rests on. */
export const Baseline = z.strictObject({
  identityId: z.string(),
  tenant: z.string(),
  actions: count.describe("Actions learned from."),
  activeDays: count,
  sessions: count.describe("Counted up to a few."),
  gateOpen: z.boolean().describe("Whether enough is known for a finding of behaviour."),
  stateBytes: count,
  firstAtUs: instantUs,
  lastAtUs: instantUs,
  isCut: z
    .boolean()
    .describe("True when the identity did more than was looked at; the latest are counted then."),
  usual: z.array(Usual).readonly(),
  severities: z.partialRecord(Severity, count).describe("Findings of the identity, by severity."),
  riskiest: z
    .array(
      z.strictObject({ sessionId: z.string(), startedAtUs: instantUs, findings: count, score: z.number() }),
    )
    .readonly()
    .describe("Sessions with the highest scores, of those with a finding or a score."),
  findings: z.array(Finding).readonly().describe("The latest."),
});
export type Baseline = Readonly<z.infer<typeof Baseline>>;
