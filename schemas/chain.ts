import { z } from "zod";

/** What a link of a chain is; the order of the words is the order of the links. */
export const LinkKind = z.enum([
  "approval",
  "grant",
  "principal",
  "delegate",
  "action",
  "resource",
  "finding",
  "response",
]);
export type LinkKind = z.infer<typeof LinkKind>;

/** One link of an attribution chain. `parent` is the id of the link it hangs on, empty for the first. */
export const Link = z.strictObject({
  kind: LinkKind,
  id: z.string(),
  parent: z.string(),
  label: z.string(),
  atUs: z.number().int().describe("Microseconds since 1970; 0 for what has no instant of its own."),
  detail: z.record(z.string(), z.string()),
});
export type Link = Readonly<z.infer<typeof Link>>;

/** approval → grant → root principal → delegates → actions → resources → findings → response, in order. */
export const Chain = z.strictObject({
  id: z.string(),
  tenant: z.string(),
  startedAtUs: z.number().int(),
  endedAtUs: z.number().int(),
  links: z.array(Link).readonly(),
});
export type Chain = Readonly<z.infer<typeof Chain>>;
