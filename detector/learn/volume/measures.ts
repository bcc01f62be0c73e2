import type { Measure } from "./day-book.ts";

/** What is counted of an identity a day, in the order of the amounts; all but the number of resources an hour as well. */
export const measures = [
  { name: "actions", isCount: true, isHourly: true },
  { name: "mutating actions", isCount: true, isHourly: true },
  { name: "secret reads", isCount: true, isHourly: true },
  { name: "resources", isCount: true, isHourly: false },
  { name: "bytes", isCount: false, isHourly: true },
] as const satisfies readonly Measure[];

/** Places of the amounts. */
export const place = { actions: 0, mutating: 1, secrets: 2, resources: 3, bytes: 4 } as const;
