import { z } from "zod";

/** What a person says that a finding was. */
export const Verdict = z.enum(["benign", "misconfiguration", "abuse"]);
export type Verdict = z.infer<typeof Verdict>;
