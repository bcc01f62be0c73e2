import type { Attributes, Span } from "@opentelemetry/api";
import { type RecordedAction, spanAttributes } from "../action/span-model.ts";
import { currentRuntime } from "../runtime.ts";
import { quietly } from "../quietly.ts";
import { isMethod, members } from "./foreign.ts";

/** Whether OpenTelemetry's own instrumentation stands in the method of an object, over ours or below it. */
export function isInstrumented(self: unknown, name: string): boolean {
  return quietly(() => isWrapped(members(self)[name])) === true;
}

function isWrapped(method: unknown): boolean {
  return isMethod(method) && Reflect.get(method, "__wrapped") === true;
}

/** The span that it began for the call that is just being made; undefined where it made none that is recorded. */
export function theirSpan(scope: string, name: string): Span | undefined {
  return currentRuntime()?.spans.takeLatest(scope, name);
}

/** Says on a span of theirs which action it is; what it says already stays. */
export function decorate(theirs: Span, action: RecordedAction): void {
  try {
    const said = (theirs as Span & { readonly attributes?: Attributes }).attributes ?? {};
    const missing = Object.entries(spanAttributes(action)).filter(([name]) => said[name] === undefined);
    theirs.setAttributes(Object.fromEntries(missing));
  } catch {
    // A span that can't be added to says what it says.
  }
}
