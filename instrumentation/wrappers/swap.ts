import type { Undo } from "./wrapper.ts";

/** A function of any library, as it is called. */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Says of a function that one of our copies stands in it. */
const ours = Symbol.for("answerable.swapped");

/**
 * Puts another function in the place of a method. It keeps the name, length and properties of the original and can be
 * undone; where somebody else has put theirs over ours meanwhile, ours becomes the original itself. Undefined where there is
 * nothing to swap: no such method, one of ours already, or an object that can't be changed.
 *
 * @param instead called with the original and what the method was called with; anything it throws by itself reaches the host.
 */
export function swap(
  target: object,
  name: string,
  instead: (original: Method, self: unknown, args: unknown[]) => unknown,
): Undo | undefined {
  const descriptor = Object.getOwnPropertyDescriptor(target, name);
  const original: unknown = descriptor?.value;
  if (descriptor === undefined || typeof original !== "function" || ours in original) return undefined;
  if (descriptor.writable !== true && descriptor.configurable !== true) return undefined;
  let isOn = true;
  const method = original as Method;
  const swapped = new Proxy(method, {
    apply: (called, self, args: unknown[]) =>
      isOn ? instead(method, self, args) : Reflect.apply(called, self, args),
    has: (called, key) => key === ours || Reflect.has(called, key),
  });
  try {
    Object.defineProperty(target, name, { ...descriptor, value: swapped });
  } catch {
    return undefined;
  }
  return () => {
    isOn = false;
    const now = Object.getOwnPropertyDescriptor(target, name);
    if (now?.value === swapped) Object.defineProperty(target, name, descriptor);
  };
}

/** Undoes all of them, the last one first. */
export function all(undos: readonly (Undo | undefined)[]): Undo | undefined {
  const real = undos.filter((undo) => undo !== undefined);
  if (real.length === 0) return undefined;
  return () => {
    for (const undo of real.toReversed()) undo();
  };
}
