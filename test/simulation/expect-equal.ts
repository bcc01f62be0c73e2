import { isDeepStrictEqual } from "node:util";
import { expect } from "@jest/globals";

/** Comparing is cheap; jest is asked only when there is a difference to tell. */
export function expectEqual<T>(actual: T, expected: T): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}
