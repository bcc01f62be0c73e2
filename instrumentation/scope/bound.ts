import { context } from "@opentelemetry/api";
import { running, within } from "./scope.ts";

/**
 * The same function, called within what runs now: a library that keeps a callback calls it in the midst of whatever woke
 * it, which may be somebody else's work.
 */
export function bound<F extends (...args: never[]) => unknown>(call: F): F {
  const [outer, before] = [context.active(), running()];
  return new Proxy(call, {
    apply: (target, self: unknown, args: Parameters<F>) => {
      let begun = false;
      const work = (): unknown => {
        begun = true;
        return within(before, () => Reflect.apply(target, self, args));
      };
      try {
        return context.with(outer, work);
      } catch (error) {
        // A context manager that failed before it began costs the host nothing.
        if (begun) throw error;
        return work();
      }
    },
  });
}
