import type { ActionFacts } from "../../policy/facts.ts";
import { grantsOf } from "../../policy/grants.ts";
import { judgeBy } from "../../policy/judge.ts";
import { fingerprint } from "../attribute/ids.ts";
import type { Severity } from "../../schemas/index.ts";
import type { Decided } from "../authorise/authority-of.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, type Examined, noMemory, quiet, type Signal } from "./detector.ts";
import { isExempt } from "../../policy/exempt.ts";
import { actionSql } from "./sql.ts";

/** Identities of a path, root and acting one among them; a longer one is worth a look. Our SDK cuts what it sends to as many. */
const depthMax = 8;

/**
 * A delegation that can't be right: the delegate does what none of those before it might (`widening`), the path comes back to an
 * identity (`loop`), names fewer identities than it counts (`broken`), or is very long (`deep`). Who holds no grants is nobody to
 * compare with. Misses: what its sender leaves out of the path, and one hop of many that passes on more than it has.
 */
export const delegation: Detector = {
  id: "delegation",
  version: 1,
  family: "authority",
  newMemory: () => noMemory,
  examine: (examined) => {
    const { action } = examined;
    if (action.pathLength < 2) return quiet;
    const { path } = action;
    const depth = depthOf(action, path.length);
    const signals: Signal[] = [];
    if (isWidened(examined, path)) signals.push(signalOf(action, "widening", "high", depth));
    if (isLoop(path)) signals.push(signalOf(action, "loop", "medium", depth));
    if (isBroken(action, path.length, depth)) signals.push(signalOf(action, "broken", "medium", depth));
    if (depth > depthMax) signals.push(signalOf(action, "deep", "medium", depth));
    return signals.length === 0 ? quiet : signals;
  },
  learn: () => undefined,
};

/** What no grant covers is outside-grant's to tell. */
function isWidened({ action, authority, decided }: Examined, path: readonly string[]): boolean {
  if (decided.book.grants.size === 0 || authority.outcome !== "granted" || isExempt(action.kind))
    return false;
  const { startedAtUs } = action;
  let anyHolds = false;
  for (const hop of path.slice(0, -1)) {
    if (hop === action.identityId) continue;
    if (grantsOf(decided.book.grants, { identityId: hop, startedAtUs }, decided.control).length === 0)
      continue;
    anyHolds = true;
    if (mightDo(hop, action, decided)) return false;
  }
  return anyHolds;
}

/** Whether a hop's own grants cover the action. What it has used of them is not counted against the delegate. */
function mightDo(identityId: string, action: ActionView, { book, control }: Decided): boolean {
  const holder = book.grants.holder(identityId);
  const judging = { book, control, usage: undefined, usedAtUs: action.startedAtUs };
  return (
    judgeBy(holder, holder.taking(action.operation), doneBy(identityId, action), judging).outcome ===
    "granted"
  );
}

/** The same action, had another identity done it. */
function doneBy(identityId: string, action: ActionView): ActionFacts {
  const { tenant, operation, resources, startedAtUs, taskId, sessionId, network, path } = action;
  const { environment, credentialType, credentialIssuedAt, approvalId, digest, resultBytes } = action;
  const circumstances = { taskId, sessionId, network, environment, approvalId, digest, path, resultBytes };
  const credential = { credentialType, credentialIssuedAt };
  return { tenant, identityId, operation, resources, startedAtUs, ...circumstances, ...credential };
}

/** Who hands on to itself is there once. */
const isLoop = (path: readonly string[]): boolean =>
  path.some((hop, at) => hop !== path[at - 1] && path.indexOf(hop) < at);

const isBroken = (action: ActionView, length: number, depth: number): boolean =>
  !action.isContradicted && depth > length && length < depthMax;

function depthOf(action: ActionView, length: number): number {
  const said = action.attribute("nhi.chain.depth") ?? "";
  return /^[0-9]{1,15}$/u.test(said) ? Math.max(Number(said), length) : length;
}

const titles: Readonly<Record<string, string>> = {
  widening: "may do what nobody in its delegation path may",
  loop: "is reached by a delegation that comes back to itself",
  broken: "is reached by a delegation of which hops are missing",
  deep: "is reached by a very long delegation",
};

/** Said once for a path, and of what is widened once for an operation. */
function signalOf(action: ActionView, name: string, severity: Severity, depth: number): Signal {
  const path = action.path.join(" → ");
  const what = name === "widening" ? `|${action.operation}` : "";
  return {
    name,
    severity,
    cause: `${name}|${fingerprint(path)}${what}`,
    tell: () => ({
      title: `${action.operation} ${titles[name]!}`,
      why: { delegation: name, path, depth, operation: action.operation },
      sql: sqlOf(name, actionSql(action)),
    }),
  };
}

function sqlOf(name: string, here: string): string {
  const said = "attributes['nhi.chain.depth']";
  const depth = `greatest(if(match(${said}, '^[0-9]{1,15}$'), toInt64(${said}), 0), toInt64(length(hops)))`;
  return `SELECT '${name}' AS delegation, arrayStringConcat(hops, ' → ') AS path, ${depth} AS depth, operation FROM (SELECT path AS hops, attributes, operation FROM v_actions WHERE ${here})`;
}
