import type { Attributes } from "@opentelemetry/api";
import type { SessionLineage } from "../lineage/index.ts";
import { currentRuntime } from "../runtime.ts";
import { running } from "../scope/scope.ts";
import type { RecordedAction, TouchedResource } from "./span-model.ts";

/** Where the run has no name of its own, the process is one. */
const wholeProcess = "";

/** What is remembered of the running session's texts; undefined unless a prompt or system text was told of it. */
function lineageOf(): SessionLineage | undefined {
  return currentRuntime()?.lineage.known(running().scope.session ?? wholeProcess);
}

/**
 * Tells the running session's prompt, so that its actions can say which of their arguments came out of it. Nothing of the
 * text is kept but keyed digests, in memory.
 *
 * @example
 * prompt(question);
 */
export function prompt(text: string): void {
  note((lineage) => lineage.prompt(text));
}

/** Tells the running session's system text; see `prompt`. */
export function system(text: string): void {
  note((lineage) => lineage.system(text));
}

/** Tells what an operation gave back, where no wrapper does. */
export function toolOutput(operation: string, value: unknown): void {
  try {
    lineageOf()?.output(operation, value);
  } catch {
    // What can't be read is not remembered.
  }
}

function note(tell: (lineage: SessionLineage) => void): void {
  try {
    const lineage = currentRuntime()?.lineage.session(running().scope.session ?? wholeProcess);
    if (lineage !== undefined) tell(lineage);
  } catch {
    // What can't be read is not remembered.
  }
}

/** A call's action with what is known of its arguments' values, and what has to hear of its result. */
export function assessed(
  action: RecordedAction,
  args: readonly unknown[],
): { action: RecordedAction; onValue: ((value: unknown) => void) | undefined } {
  const lineage = lineageOf();
  if (lineage === undefined) return { action, onValue: undefined };
  const named = namedOf(args);
  const withOrigin = (resource: TouchedResource): TouchedResource => ({
    ...resource,
    origin: resource.origin ?? originOf(lineage, resource.id, named),
  });
  return {
    action: {
      ...action,
      ...(action.resource && { resource: withOrigin(action.resource) }),
      ...(action.resources && { resources: action.resources.map(withOrigin) }),
      attributes: { ...action.attributes, ...argumentAttributes(lineage, action.name, named) },
    },
    // Asked for anew: the session may be forgotten by then.
    onValue: (value) => toolOutput(action.name, value),
  };
}

type Named = Readonly<Record<string, unknown>>;

/** A call with one object has its members as arguments, as models write them. */
export function namedOf(args: readonly unknown[]): Named {
  const [only] = args;
  const isNamed = args.length === 1 && typeof only === "object" && only !== null && !Array.isArray(only);
  return isNamed ? { ...only } : Object.fromEntries(args.map((value, nth) => [String(nth), value]));
}

/** An argument this short stands in many a name by chance. Characters. */
const partCharsMin = 2;

/** Where a name came from; one that was put together here came from the argument in it. */
function originOf(lineage: SessionLineage, id: string, named: Named): string {
  const origin = lineage.originOf(id);
  if (origin !== "none") return origin;
  const part = Object.values(named).find(
    (value) =>
      (typeof value === "string" || typeof value === "number") &&
      String(value).length >= partCharsMin &&
      id.includes(String(value)),
  );
  return part === undefined ? origin : lineage.originOf(part);
}

function argumentAttributes(lineage: SessionLineage, operation: string, named: Named): Attributes {
  const { args: found, copiedShare, promptedShare, asked } = lineage.assess(operation, named);
  if (found.length === 0) return { "nhi.action.asked": asked };
  const instructed = found.filter((one) => one.instructed).map(({ name }) => name);
  return {
    "nhi.args.name": found.map(({ name }) => name),
    "nhi.args.origin": found.map(({ origin }) => origin),
    ...(instructed.length > 0 && { "nhi.args.instructed": instructed }),
    "nhi.args.copied": Math.round(copiedShare * 100),
    "nhi.args.given": Math.round(promptedShare * 100),
    "nhi.action.asked": asked,
  };
}
