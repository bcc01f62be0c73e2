import { isAsyncFunction, isPromise } from "node:util/types";
import type { ActionKind } from "../../schemas/index.ts";
import { withoutSecretArguments } from "../redact/arguments.ts";
import { record } from "./record.ts";
import type { RecordedAction, TouchedResource } from "./span-model.ts";
import { assessed, namedOf } from "./traced-values.ts";

/** What is said of a tool, beside its name. */
export interface ToolOptions<A extends readonly unknown[]> {
  /** tool_call, unless it is known better. */
  readonly kind?: ActionKind;
  /** What a call touches: always the same, or told by its arguments. Names, never values. */
  readonly resource?:
    | TouchedResource
    | ((...args: A) => TouchedResource | readonly TouchedResource[] | undefined);
  /** Whether it changes something or sends something out. */
  readonly mutating?: boolean;
  readonly risk?: "high";
  /** Whether it gives a promise, so that a call can wait for an approval; async functions are known to. */
  readonly isAsync?: boolean;
}

/**
 * The same function, each call of which is an action. It is called with what it would be called with, gives back what it
 * would give back, and keeps its type, name and properties.
 *
 * @example
 * const createTicket = tool("tickets.create", crm.createTicket, { mutating: true, resource: { id: "crm/tickets", kind: "db_table" } });
 */
export function tool<F extends (...args: never[]) => unknown>(
  name: string,
  call: F,
  options: ToolOptions<Parameters<F>> = {},
): F {
  // Whoever writes no types may give anything; it is called, and fails, where it would without us.
  if (typeof call !== "function") return call;
  let isAwaited = options.isAsync ?? isAsyncFunction(call);
  return new Proxy(call, {
    apply: (target, self: unknown, args: Parameters<F>) => {
      const work = (): unknown => Reflect.apply(target, self, args);
      let action: RecordedAction;
      let onValue: ((value: unknown) => void) | undefined;
      try {
        ({ action, onValue } = assessed(actionOf(name, args, options), args));
      } catch {
        return work();
      }
      const result = record(action, work, onValue, { args: () => namedOf(args), isAwaited });
      isAwaited ||= isPromise(result);
      return result;
    },
  });
}

function actionOf<A extends readonly unknown[]>(
  name: string,
  args: A,
  { kind = "tool_call", resource, mutating, risk }: ToolOptions<A>,
): RecordedAction {
  const [first, ...further] = resourcesOf(resource, args);
  return {
    kind,
    name,
    ...(first && { resource: first }),
    ...(further.length > 0 && { resources: further }),
    ...(mutating !== undefined && { mutating }),
    ...(risk !== undefined && { risk }),
  };
}

/** A resource function of the host that fails costs the action its resource, and nothing else. */
function resourcesOf<A extends readonly unknown[]>(
  resource: ToolOptions<A>["resource"],
  args: A,
): readonly TouchedResource[] {
  if (typeof resource !== "function") return resource === undefined ? [] : [resource];
  try {
    const told = resource(...args);
    if (told === undefined) return [];
    const all = "id" in told ? [told] : told;
    return all.map((one) => ({ ...one, id: withoutSecretArguments(one.id, args) }));
  } catch {
    return [];
  }
}
