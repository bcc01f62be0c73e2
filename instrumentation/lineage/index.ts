/** Where the values of a call came from, found without keeping any. */
export { LineageBook } from "./book.ts";
export type { Assessment } from "./origin.ts";
export type { SessionLineage } from "./session.ts";
