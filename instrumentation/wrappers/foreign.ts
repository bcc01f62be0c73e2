import type { Method } from "./swap.ts";

/** Members of what a library hands us, to be looked at one by one; none of what isn't an object. */
export function members(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

export function isMethod(value: unknown): value is Method {
  return typeof value === "function";
}
