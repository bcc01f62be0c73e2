import type { Wrapper } from "./wrapper.ts";

/** All wrappers that ship. */
export const wrappers: readonly Wrapper[] = [];
