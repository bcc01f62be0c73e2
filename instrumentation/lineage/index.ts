/** Where the values of a call came from, found without keeping any. */
export { LineageBook } from "./book.ts";
export { lineageLimits, type LineageCounts, type LineageLimits } from "./limits.ts";
export type { ArgumentOrigin, Assessment, Origin } from "./origin.ts";
export type { SessionLineage } from "./session.ts";
