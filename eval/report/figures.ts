import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

/** What the summary needs of each part, kept so that a part can be measured anew by itself. */

const Share = z.object({ part: z.number(), whole: z.number() });

const Figure = z.object({
  attacks: Share,
  honest: Share,
  cited: Share,
  auroc: z.number().nullable(),
});
export type Figure = z.infer<typeof Figure>;

const Figures = z.object({
  /** By kind of measurement, then by slice. */
  slices: z.record(z.string(), z.record(z.string(), Figure)).default({}),
  cloud: z.record(z.string(), z.object({ executions: Share, honestEpisodes: Share })).default({}),
});
export type Figures = z.infer<typeof Figures>;

/** The figures as they were kept; none where there is no such file. */
export function figuresIn(file: string): Figures {
  return Figures.parse(existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {});
}

export const figuresText = (figures: Figures): string => `${JSON.stringify(figures, undefined, 2)}\n`;
