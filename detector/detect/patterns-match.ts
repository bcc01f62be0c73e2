import { absent } from "../decode/index.ts";
import { fingerprintOf } from "../learn/fingerprint.ts";
import type { Begun } from "../learn/partials.ts";
import type { ActionView } from "./action-view.ts";
import type { CompiledPattern } from "./patterns-sentence.ts";
import type { Compared, Scope } from "./patterns-words.ts";
import { skewUs } from "./time.ts";
import { toolOrigins } from "./tool-origins.ts";

/** In place of what no step shares or is compared to. */
const nothing = 0;

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
  return scopeOf(scope, action) === partial.scope && isAlike(step.compared, partial.compared, action);
}

/** What the steps share, as this action has it. */
export function scopeOf(scope: Scope, action: ActionView): number {
  switch (scope) {
    case "identity":
      return nothing;
    case "session":
      return action.sessionPrint.low;
    case "chain":
      return fingerprintOf(action.chainId).low;
    case "credential":
      return fingerprintOf(action.credentialId).low;
  }
}

/** What a later step is compared to, as this action has it; undefined where it has none. */
export function comparedOf(what: Compared, action: ActionView): number | undefined {
  switch (what) {
    case "nothing":
      return nothing;
    case "operation":
      return action.fingerprintOf(action.operationCode).low;
    case "network":
      return action.network === "" ? undefined : action.fingerprintOf(action.networkCode).low;
    case "resource":
      return action.resourceCode === absent ? undefined : action.fingerprintOf(action.resourceCode).low;
  }
}

function isAlike(what: Compared, before: number, action: ActionView): boolean {
  if (what === "nothing") return true;
  if (what === "operation")
    return toolOrigins(action).some((operation) => fingerprintOf(operation).low === before);
  const now = comparedOf(what, action);
  return now !== undefined && now !== before;
}
