import { z } from "zod";
import { Duration, Pattern } from "./pattern.ts";

const Patterns = z.array(Pattern).min(1).max(256);
const count = z.number().int().min(1).max(1_000_000_000);

/** An address, or a block of addresses in CIDR notation (RFC 4632, RFC 4291). */
const Network = z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()]);

const Clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/u, "must be a time of day such as 09:30");

/** A part of the week, every week; `until` before `from` reaches into the next day. */
const Hours = z.strictObject({
  days: z.array(z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])).min(1),
  from: Clock,
  until: Clock,
  zone: z.string().max(64).default("UTC").describe("IANA name of a time zone, for example Europe/Berlin."),
});

/**
 * Under which circumstances a grant counts. All that are named must hold; each has its word among the outcomes (`AuthorityOutcome`).
 * Those of the second half count what was done before: per identity and grant, within a session where that is said.
 */
export const Conditions = z.strictObject({
  hours: Hours.exactOptional(),
  task: z
    .strictObject({ id: Pattern.default("*"), kind: z.string().min(1).max(64).exactOptional() })
    .exactOptional()
    .describe("The action serves a task that is open: one whose id matches, and whose kind is this."),
  networks: z.array(Network).min(1).max(256).exactOptional().describe("Where the action may come from."),
  environments: Patterns.exactOptional().describe("Matches deployment.environment.name."),
  sessions: Patterns.exactOptional(),
  credential: z
    .strictObject({
      ageMax: Duration.exactOptional().describe(
        "Since it was issued; a credential that doesn't say is too old.",
      ),
      types: Patterns.exactOptional().describe("Matches nhi.credential.type."),
    })
    .exactOptional(),
  delegation: z
    .strictObject({ depthMax: z.number().int().min(0).max(64), roots: Patterns.exactOptional() })
    .exactOptional()
    .describe("Hops after the root principal, and who may stand at the root."),
  rate: z.strictObject({ max: count, per: Duration }).exactOptional().describe("Actions under the grant."),
  retries: z
    .strictObject({ max: z.number().int().min(0).max(10_000), per: Duration.default("1h") })
    .exactOptional()
    .describe("Tries of one operation on one resource after the first that failed, until one succeeds."),
  workflow: z
    .strictObject({ steps: z.array(Pattern).min(1).max(64) })
    .exactOptional()
    .describe("Operations in the order in which a session may come to them; each may repeat."),
  volume: z
    .strictObject({ bytesMax: count, per: Duration })
    .exactOptional()
    .describe("Sum of nhi.result.bytes under the grant."),
});
export type Conditions = Readonly<z.infer<typeof Conditions>>;
