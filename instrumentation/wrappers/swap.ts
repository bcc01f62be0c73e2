import { isMethod } from "./foreign.ts";
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
  if (descriptor === undefined || !isMethod(original) || isOurs(original)) return undefined;
  if (descriptor.writable !== true && descriptor.configurable !== true) return undefined;
  let isOn = true;
  let method = original;
  /** Whoever put theirs below ours takes it away again: OpenTelemetry's instrumentations do so before they put it anew. */
  const peel = (): void => {
    const below: unknown = Reflect.get(method, "__original");
    if (isMethod(below)) method = below;
  };
  const swapped = new Proxy(method, {
    apply: (_, self, args: unknown[]) =>
      isOn ? instead(method, self, args) : Reflect.apply(method, self, args),
    has: (called, key) => key === ours || Reflect.has(called, key),
    get: (called, key, receiver): unknown => {
      if (!marks.has(key)) return Reflect.get(called, key, receiver);
      const mark: unknown = Reflect.get(method, key);
      return key === "__unwrap" && typeof mark === "function" ? peel : mark;
    },
  });
  try {
    Object.defineProperty(target, name, { ...descriptor, value: swapped });
  } catch {
    return undefined;
  }
  return () => {
    isOn = false;
    const now = Object.getOwnPropertyDescriptor(target, name);
    if (now?.value === swapped) Object.defineProperty(target, name, { ...descriptor, value: method });
  };
}

/** What OpenTelemetry's instrumentations leave on a function that they put in the place of another. */
const marks: ReadonlySet<string | symbol> = new Set(["__original", "__unwrap", "__wrapped"]);
const layersMax = 20;

/** Whether one of ours stands in it, or below what others put over it. */
function isOurs(method: object): boolean {
  let below: unknown = method;
  for (let layer = 0; layer < layersMax && typeof below === "function"; layer++) {
    if (ours in below) return true;
    below = Reflect.get(below, "__original");
  }
  return false;
}

/** The prototypes of those of them that are classes. */
export function prototypesIn(exported: readonly unknown[]): readonly object[] {
  return exported.flatMap((one) => {
    const prototype: unknown = typeof one === "function" ? one.prototype : undefined;
    return typeof prototype === "object" && prototype !== null ? [prototype] : [];
  });
}

/** Undoes all of them, the last one first. */
export function all(undos: readonly (Undo | undefined)[]): Undo | undefined {
  const real = undos.filter((undo) => undo !== undefined);
  if (real.length === 0) return undefined;
  return () => {
    for (const undo of real.toReversed()) undo();
  };
}
