import { type SpanContext, trace } from "@opentelemetry/api";
import { randomHex } from "../random.ts";
import { enter } from "./enter.ts";
import { currentRuntime } from "../runtime.ts";
import { scopeFromToken } from "./token-now.ts";
import { type ActingIdentity, type Running, running, type Scope, within } from "./scope.ts";
import { stampOf } from "./stamp.ts";

/** By whom, for what and under which authority work is done. What is left out stays as it is outside. */
export interface RunAs {
  readonly identity?: ActingIdentity;
  /** Delegation path: root principal first. The acting identity is added as its last hop where it is not yet. */
  readonly chain?: readonly string[];
  /**
   * The token that came with the request; who it names is who acts, and for whom. A token that `readToken` was awaited for
   * is verified where its issuer is trusted; of another it is a claim, and is looked at for the next time. It leaves nowhere.
   */
  readonly token?: string;
  /** What came over a process border, as `extract` gave it. */
  readonly carried?: Carried;
  /** The ticket, change or build that the work serves. */
  readonly task?: string;
  /** Id of the grant it is done under. */
  readonly grant?: string;
  /** Id of the approval it is done under. */
  readonly approval?: string;
  /** The run or conversation. */
  readonly session?: string;
}

/** What came over a process border. */
export interface Carried {
  readonly scope: Scope;
  /** The span that the other process had open. */
  readonly parent?: SpanContext;
}

/**
 * Runs `work` so that each action within it, and within all that it awaits, says by whom, for what and under which
 * authority it was done; where no span is open around them, they are one chain all the same. Gives back exactly what `work` gives, and never throws by itself.
 *
 * @example
 * const answer = await runAs({ chain: ["user:ana"], task: "TCK-1881", session: run.id }, () => agent.answer(question));
 */
export function runAs<T>(as: RunAs, work: () => T): T {
  let next: Running;
  try {
    next = nextOf(as);
  } catch {
    return work();
  }
  const parent = as.carried?.parent;
  if (parent === undefined) return within(next, work);
  const span = trace.wrapSpanContext(parent);
  return enter({ ...next, span }, span, work);
}

/** What work carries that came over a process border as a whole. */
export function runningOf(carried: Carried): Running {
  const next = nextOf({ carried });
  return carried.parent === undefined ? next : { ...next, span: trace.wrapSpanContext(carried.parent) };
}

function nextOf({ token, carried, ...as }: RunAs): Running {
  const before = running();
  const tokenScope = token === undefined ? undefined : scopeFromToken(token, currentRuntime()?.tokens);
  const isRoot =
    carried?.parent === undefined && before.span === undefined && trace.getActiveSpan() === undefined;
  const held = isRoot ? { chainId: randomHex(16), ...before.scope } : before.scope;
  const scope = withSelf(joined(joined(joined(held, carried?.scope), tokenScope), definedOf(as)));
  return { ...before, scope, stamp: stampOf(scope) };
}

/** The later one counts; a new identity or chain is not proven by what was said of the one before. */
function joined(before: Scope, next: Scope | undefined): Scope {
  if (next === undefined) return before;
  if (next.identity === undefined && next.chain === undefined) return { ...before, ...next };
  const { chainVerified: _, source: _source, credential: _credential, ...kept } = before;
  return { ...kept, ...next };
}

/** The acting identity is the last hop of what it acts for. */
function withSelf(scope: Scope): Scope {
  const { identity, chain } = scope;
  if (identity === undefined || chain === undefined || chain.at(-1) === identity.id) return scope;
  return { ...scope, chain: [...chain, identity.id] };
}

function definedOf({ identity, chain, task, grant, approval, session }: RunAs): Scope {
  return {
    ...(identity && { identity }),
    ...(chain && { chain: [...chain] }),
    ...(task !== undefined && { task }),
    ...(grant !== undefined && { grant }),
    ...(approval !== undefined && { approval }),
    ...(session !== undefined && { session }),
  };
}
