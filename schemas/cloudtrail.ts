import { z } from "zod";
import { ActionKind } from "./action.ts";
import { operationClasses } from "./operation-classes.ts";

/** Letters and digits, and at most one `*` at the beginning or the end, for whatever stands there. */
const Name = z
  .string()
  .regex(/^(?:\*|\*?[A-Za-z0-9_.-]+|[A-Za-z0-9_.-]+\*)$/u, "is no name, nor one with a * at an end");

/** Names of fields joined by dots; a number is a place in a list. */
const Path = z.string().regex(/^[A-Za-z0-9_.:-]+$/u);

/**
 * What must hold of the record: path → the value (or one of several, with `|` between them), or `*` where something must be there. Of a
 * line that carries no such details
 * nothing is asked.
 */
const When = z.record(Path, z.string());

export const CloudOperation = z.strictObject({
  source: Name.describe("Short name of the service: eventSource without .amazonaws.com."),
  names: z.array(Name).min(1).describe("eventName, of which many end in an API's version."),
  when: When.exactOptional(),
  class: z
    .string()
    .refine((name) => Object.hasOwn(operationClasses, name), "is not a class of operation-classes.ts")
    .exactOptional(),
  kind: ActionKind.exactOptional(),
  mutating: z.boolean().exactOptional(),
  resource: z
    .array(Path)
    .min(1)
    .exactOptional()
    .describe("Where its name lies in requestParameters; the first that is there counts."),
  resourceKind: z.string().min(1).max(64).exactOptional(),
});
export type CloudOperation = Readonly<z.infer<typeof CloudOperation>>;

/**
 * How CloudTrail's records become actions. Data, not code. The first entry of `operations` that fits says what is done; what it leaves
 * open, and what no entry fits, goes by the general lists. Names of operations are those of the services' API references.
 */
export const CloudTable = z.strictObject({
  version: z.number().int().positive(),
  reads: z.array(Name).describe("Operations that change nothing, where the record has no readOnly."),
  clients: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(64),
        kind: z.enum(["console", "infrastructure", "program"]),
        matches: z.string().describe("Regular expression on userAgent, in small letters."),
      }),
    )
    .describe("What kind of program acts; the first that fits."),
  operations: z.array(CloudOperation),
  resources: z.array(
    z.strictObject({ source: Name, paths: z.array(Path).min(1), kind: z.string().min(1).max(64) }),
  ),
});
export type CloudTable = Readonly<z.infer<typeof CloudTable>>;
