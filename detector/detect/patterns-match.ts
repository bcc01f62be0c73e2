import { absent } from "../decode/index.ts";
import { type Fingerprint, fingerprintOf } from "../learn/fingerprint.ts";
import type { Begun } from "../learn/partials.ts";
import type { ActionView } from "./action-view.ts";
import type { CompiledPattern } from "./patterns-sentence.ts";
import type { Compared, Scope } from "./patterns-words.ts";
import { skewUs } from "./time.ts";

const nothing: Fingerprint = { high: 0, low: 0 };

/** Whether an action is what a sequence that began waits for next. */
export function follows(
  { steps, scope }: CompiledPattern,
  partial: Begun,
  action: ActionView,
  facts: number,
): boolean {
  const step = steps[partial.steps]!;
  if ((facts & step.needs) !== step.needs) return false;
  // Clocks tell of beginnings in whole milliseconds, and of ends more finely.
  const afterUs = action.startedAtUs - partial.lastUs;
  if (afterUs < -skewUs || afterUs > step.withinUs) return false;
  return same(scopeOf(scope, action), partial.scope) && isAlike(step.compared, partial.compared, action);
}

/** What the steps share, as this action has it. */
export function scopeOf(scope: Scope, action: ActionView): Fingerprint {
  switch (scope) {
    case "identity":
      return nothing;
    case "session":
      return action.sessionPrint;
    case "chain":
      return fingerprintOf(action.chainId);
    case "credential":
      return fingerprintOf(action.credentialId);
  }
}

/** What a later step is compared to, as this action has it; undefined where it has none. */
export function comparedOf(what: Compared, action: ActionView): Fingerprint | undefined {
  switch (what) {
    case "nothing":
      return nothing;
    case "operation":
      return action.fingerprintOf(action.operationCode);
    case "network":
      return action.network === "" ? undefined : action.fingerprintOf(action.networkCode);
    case "resource":
      return action.resourceCode === absent ? undefined : action.fingerprintOf(action.resourceCode);
  }
}

function isAlike(what: Compared, before: Fingerprint, action: ActionView): boolean {
  if (what === "nothing") return true;
  if (what === "operation")
    return action.toolOrigins.some((operation) => same(fingerprintOf(operation), before));
  const now = comparedOf(what, action);
  return now !== undefined && !same(now, before);
}

const same = (a: Fingerprint, b: Fingerprint): boolean => a.high === b.high && a.low === b.low;
