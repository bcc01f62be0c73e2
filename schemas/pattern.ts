import { z } from "zod";

/** A name in which `*` stands for any run of characters; everything else is compared to the letter. */
export const Pattern = z.string().min(1).max(512);

/** A point in time, ISO 8601 with its offset. */
export const Instant = z.iso.datetime({ offset: true });

/** A length of time in words: `500ms`, `30s`, `15m`, `8h`, `90d`. */
export const Duration = z
  .string()
  .regex(/^[1-9]\d{0,8}(?:ms|s|m|h|d)$/u, "must be a number and its unit: 500ms, 30s, 15m, 8h or 90d");
