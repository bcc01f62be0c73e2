import { z } from "zod";
import { Severity } from "./finding.ts";

/**
 * Body of the webhook in the Standard Webhooks format (https://www.standardwebhooks.com): one message an episode.
 * `data.episodeId` is what a receiver groups and deduplicates by; the `webhook-id` header is the same on each retry.
 */
export const Alert = z.strictObject({
  type: z.literal("episode.opened"),
  timestamp: z.iso.datetime().describe("Event time of the finding that opened the episode."),
  data: z.strictObject({
    episodeId: z.string().length(32),
    tenant: z.string(),
    identityId: z.string(),
    severity: Severity,
    title: z.string(),
    findingId: z.string().length(32),
    chainId: z.string(),
    rule: z.string(),
    frameworks: z.array(z.string()).readonly().default([]).describe("As the finding has them."),
    why: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  }),
});
export type Alert = Readonly<z.infer<typeof Alert>>;
