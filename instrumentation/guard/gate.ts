import { digestOf } from "../../policy/digest.ts";
import { begin } from "../action/begin.ts";
import type { RecordedAction } from "../action/span-model.ts";
import { quietly } from "../quietly.ts";
import { currentRuntime } from "../runtime.ts";
import { isCovered, running } from "../scope/scope.ts";
import type { Answer, Asked } from "./approvals.ts";
import { argumentDigests } from "./arguments.ts";
import { type Decided, decisionAttributes, type Passed } from "./decision.ts";
import { ActionDenied } from "./denied.ts";
import { type Guard, isUnknown } from "./guard.ts";
import { messageOf } from "./message.ts";

/** What a guard may be told of a call, beside the action that it is. */
export interface Call {
  /** The arguments by name: read where an approval is bound to them, and only their keyed digests leave. */
  readonly args?: (() => Readonly<Record<string, unknown>>) | undefined;
  /** Whether whoever calls awaits what comes back, so that the call can wait for a person. */
  readonly isAwaited?: boolean;
}

/** The guard that this call has to pass; undefined where there is none, or it is no action of its own. */
export function guardNow(): Guard | undefined {
  const guard = currentRuntime()?.guard;
  if (guard === undefined || running().quiet === true || isCovered()) return undefined;
  return guard;
}

/**
 * Runs `go`, with what the action's span has to say of the decision, unless the action is denied: then it throws, or rejects
 * where the call is awaited.
 *
 * @throws {ActionDenied} the action may not run, and has not.
 */
export function guarded<T>(
  guard: Guard,
  action: RecordedAction,
  call: Call,
  go: (told: RecordedAction) => T,
): T {
  const first = call.isAwaited === true ? quietly(() => guard.look(action)) : undefined;
  const later = first && passLater(guard, action, call, first);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Whoever awaits it gets a promise of the same.
  if (later !== undefined) return later.then((passed) => goOn(passed, go)) as T;
  const passed = passNow(guard, action, call, first);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- As above.
  if (passed instanceof ActionDenied && call.isAwaited === true) return Promise.reject(passed) as T;
  return goOn(passed, go);
}

function goOn<T>(passed: RecordedAction | ActionDenied, go: (told: RecordedAction) => T): T {
  if (passed instanceof ActionDenied) throw passed;
  return go(passed);
}

/**
 * Lets a call go on, with what its span has to say of it; or ends its action as denied, and gives back the error. A call that
 * isn't awaited never waits. `first`: what was seen in this very turn.
 */
export function passNow(
  guard: Guard,
  action: RecordedAction,
  call: Call,
  first?: Decided,
): RecordedAction | ActionDenied {
  const decided = decideOn(guard, action, first);
  const { verdict, reason } = decided;
  if (!guard.settings.isEnforced) return told(guard, action, decided, { outcome: "observed", reason });
  if (verdict !== "ask" || reason === "standing_paused") return passDecided(guard, action, decided);
  const asked = quietly(() => askedOf(decided, call, guard.key));
  // What can't be told from another action can't be approved.
  if (asked === undefined)
    return refuse(guard, action, decided, { outcome: "blocked", reason: "approval_failed" });
  return answered(guard, action, decided, asked, guard.approvals.now(asked));
}

/** The same for a call that is awaited. Undefined: nothing keeps it waiting, ask `passNow`. */
function passLater(
  guard: Guard,
  action: RecordedAction,
  call: Call,
  first: Decided,
): Promise<RecordedAction | ActionDenied> | undefined {
  if (!guard.settings.isEnforced) return undefined;
  const patienceMs = guard.patienceMs(first);
  if (patienceMs === 0 && first.verdict !== "ask") return undefined;
  return waited(guard, action, call, patienceMs);
}

const isPaused = ({ reason }: Decided): boolean => reason === "standing_paused";

async function waited(
  guard: Guard,
  action: RecordedAction,
  call: Call,
  patienceMs: number,
): Promise<RecordedAction | ActionDenied> {
  const look = (): Decided => guard.look(action);
  if (patienceMs > 0) await guard.wait(() => !isUnknown(look().reason), patienceMs);
  if (isPaused(look())) await guard.wait(() => !isPaused(look()), guard.settings.askWaitMs);
  const decided = decideOn(guard, action);
  if (decided.verdict !== "ask" || isPaused(decided)) return passDecided(guard, action, decided);
  const asked = quietly(() => askedOf(decided, call, guard.key));
  if (asked === undefined)
    return refuse(guard, action, decided, { outcome: "blocked", reason: "approval_failed" });
  const answer = await guard.approvals.await(asked, (isOver) => guard.wait(isOver, guard.settings.askWaitMs));
  return answered(guard, action, decided, asked, stillGood(guard, action, call, asked, answer));
}

/** What was decided without a person. */
function passDecided(guard: Guard, action: RecordedAction, decided: Decided): RecordedAction | ActionDenied {
  const { verdict, reason } = decided;
  if (verdict === "allow") return told(guard, action, decided, { outcome: "allowed", reason });
  const outcome = verdict === "ask" ? "asked" : "blocked";
  return refuse(guard, action, decided, { outcome, reason });
}

/** Time has passed since it was asked: who asked may have been stopped, and what was asked for changed. */
function stillGood(guard: Guard, action: RecordedAction, call: Call, asked: Asked, answer: Answer): Answer {
  if (answer.kind === "refused") return answer;
  const { id } = answer;
  const now = quietly(() => guard.look(action));
  if (now === undefined) return { kind: "refused", reason: "guard_failed", id };
  if (now.verdict === "deny" || now.reason === "standing_paused")
    return { kind: "refused", reason: now.reason, id };
  const digest = quietly(() => askedOf(asked.decided, call, guard.key).digest);
  return digest === asked.digest ? answer : { kind: "refused", reason: "arguments_changed", id };
}

function answered(
  guard: Guard,
  action: RecordedAction,
  decided: Decided,
  { digest }: Asked,
  answer: Answer,
): RecordedAction | ActionDenied {
  const { id } = answer;
  const of = { digest, ...(id !== undefined && { approvalId: id }) };
  if (answer.kind === "approved")
    return told(guard, action, decided, { outcome: "allowed", reason: decided.reason, ...of });
  const { reason } = answer;
  return refuse(guard, action, decided, {
    outcome: reason === "unapproved" ? "asked" : "blocked",
    reason,
    ...of,
  });
}

function decideOn(guard: Guard, action: RecordedAction, first?: Decided): Decided {
  return quietly(() => guard.decide(action, first)) ?? guard.failed(action);
}

/** It goes ahead. */
function told(guard: Guard, action: RecordedAction, decided: Decided, passed: Passed): RecordedAction {
  const onEnd = quietly(() => guard.uses(decided));
  const attributes = decisionAttributes(action.attributes, decided, passed);
  return onEnd === undefined ? { ...action, attributes } : { ...action, attributes, onEnd };
}

/** The action began and ended here. */
function refuse(guard: Guard, action: RecordedAction, decided: Decided, passed: Passed): ActionDenied {
  guard.blocked += 1;
  const attributes = decisionAttributes(action.attributes, decided, passed);
  begin({ ...action, attributes })?.end({ type: "denied" });
  const { reason, approvalId, digest } = passed;
  const sentence = messageOf(decided.facts, reason, decided.authority);
  return new ActionDenied(`${sentence}${hint(passed.outcome, approvalId, digest)}`, reason, approvalId);
}

/** What whoever tried may do about it. */
function hint(
  outcome: Passed["outcome"],
  approvalId: string | undefined,
  digest: string | undefined,
): string {
  if (outcome !== "asked" || digest === undefined)
    return approvalId === undefined ? "" : ` (approval ${approvalId})`;
  const which = approvalId === undefined ? `of action ${digest.slice(0, 16)}` : approvalId;
  return ` Approval ${which} is asked for: try exactly this again once it is given.`;
}

function askedOf(decided: Decided, { args }: Call, key: Uint8Array): Asked {
  const given = args?.() ?? {};
  const { tenant, identityId, operation, resources, taskId } = decided.facts;
  const digest = digestOf({
    tenant,
    identityId,
    operation,
    resources: resources.map(({ id }) => id),
    argumentDigests: argumentDigests(given, key),
    taskId,
  });
  return { digest, argumentNames: Object.keys(given), decided };
}
