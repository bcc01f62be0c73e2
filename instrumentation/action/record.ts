import { isAsyncFunction, isPromise } from "node:util/types";
import { type Call, guarded, guardNow } from "../guard/gate.ts";
import { begin, type Failure, type Recording } from "./begin.ts";
import type { RecordedAction } from "./span-model.ts";

/** Told what an action gave. */
// oxlint-disable-next-line typescript/no-invalid-void-type -- a listener that says nothing is the rule
export type OnValue<T> = (value: Awaited<T>) => Failure | undefined | void;

/**
 * Runs `work` inside a span that says which action it is, and gives back what `work` gave: the value, a promise that
 * settles alike, or the error. Of an error only the class is told, as a message may hold anything. `work` runs once
 * whatever happens to the span. A query builder that starts when it is awaited has to be awaited inside `work`.
 * Where a guard is on, it is decided before `work` runs whether it does.
 *
 * @param onValue told what `work` gave, once it is there; says how it failed, where the value is how the library says so.
 * @example
 * const ticket = await record({ kind: "tool_call", name: "tickets.create", mutating: true }, () => tickets.create(draft));
 * @throws {ActionDenied} the guard says no; a promise of it where `work` is an async function.
 */
export function record<T>(action: RecordedAction, work: () => T, onValue?: OnValue<T>, call?: Call): T {
  const guard = guardNow();
  if (guard === undefined) return recorded(action, work, onValue);
  const asked = call ?? { isAwaited: isAsyncFunction(work) };
  return guarded(guard, action, asked, (told) => recorded(told, work, onValue));
}

/** The same for an action that was let through. */
function recorded<T>(action: RecordedAction, work: () => T, onValue?: OnValue<T>): T {
  const recording = begin(action);
  if (recording === undefined) return work();
  let result: T;
  try {
    result = recording.run(work);
  } catch (error) {
    recording.end({ error });
    throw error;
  }
  return watched(result, recording, onValue);
}

/**
 * Ends the action when its result is there. A plain promise is handed on as one that follows it: to listen to the
 * original would count as handling its rejection, and the host would never hear of one that it forgot. A promise of a
 * class of its own, or with properties, is handed on itself, as nothing else is what the host expects.
 */
export function watched<T>(result: T, recording: Recording, onValue?: OnValue<T>): T {
  const isOver = (value: Awaited<T>): void => {
    let failure: Failure | undefined;
    try {
      failure = onValue?.(value) ?? undefined;
    } catch {
      // What is made of a value is ours to lose, not the host's.
    }
    recording.end(failure);
  };
  // A promise out of another realm is no instance of our Promise.
  if (!isPromise(result)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- No promise: it is what it is.
    isOver(result as Awaited<T>);
    return result;
  }
  const follow = (failed: (error: unknown) => unknown): Promise<unknown> =>
    Promise.prototype.then.call(
      result,
      (value: unknown) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- What a promise gives.
        isOver(value as Awaited<T>);
        return value;
      },
      (error: unknown) => {
        recording.end({ error });
        return failed(error);
      },
    );
  try {
    // A promise that follows another gives what that one gives.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Of the same class.
    if (isPlain(result)) return follow(rethrow) as T;
    void follow(() => undefined);
  } catch {
    // It can't be followed: a getter of its class throws.
    recording.end();
  }
  return result;
}

function rethrow(error: unknown): never {
  throw error;
}

function isPlain(promise: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(promise);
  // Of all prototypes in its chain only the language's own has this itself.
  const isOfLanguage =
    typeof prototype === "object" && prototype !== null && Object.hasOwn(prototype, Symbol.toStringTag);
  // Node itself puts symbols on promises, where anything follows its asynchronous work, as we do.
  return isOfLanguage && Object.getOwnPropertyNames(promise).length === 0;
}
