import { AsyncLocalStorage } from "node:async_hooks";
import type { Attributes, Span } from "@opentelemetry/api";
import type { RecordedAction } from "../action/span-model.ts";
import { globals } from "../globals.ts";
import type { IdentityKind } from "../../schemas/index.ts";

/** Who acts, as the host says it. `id` is canonical: a SPIFFE id, an ARN, `k8s:ns/sa`, `agent:name`, … */
export interface ActingIdentity {
  readonly id: string;
  readonly kind: IdentityKind;
  /** The person or team who answers for it. */
  readonly owner?: string;
}

/** What is bound to the work that runs: by whom, for what, under which authority. Never a token, never a value. */
export interface Scope {
  /** What the actions of this work are one of, where no span holds them together; the trace otherwise. */
  readonly chainId?: string;
  readonly identity?: ActingIdentity;
  /** Delegation path: root principal first, acting identity last. */
  readonly chain?: readonly string[];
  /** Whether every hop of the chain was proven to us by a signature. */
  readonly chainVerified?: boolean;
  /** How the identity is known, for example jwt_verified; see `nhi.attribution.source`. */
  readonly source?: string;
  readonly task?: string;
  readonly grant?: string;
  readonly approval?: string;
  readonly session?: string;
  readonly credential?: { readonly id: string; readonly type: string };
}

/** What one stretch of running work carries. */
export interface Running {
  readonly scope: Scope;
  /** The scope as attributes, made once for all spans within it. */
  readonly stamp: Attributes;
  /** The span that is open, where OpenTelemetry has no context manager to carry it. */
  readonly span?: Span;
  /** Our own work, which nobody wants to see. */
  readonly quiet?: boolean;
  /** What is called now is part of the action that is open, and no action of its own; see `isCovered`. */
  readonly covered?: boolean;
  /** A request that the guard let through already. */
  readonly passed?: { readonly key: string; readonly action: RecordedAction; isUsed: boolean };
}

const slot = Symbol.for("answerable.scope.1");
const shared = globals<{ [slot]?: AsyncLocalStorage<Running> }>();

/** One for the process, whatever number of copies of this module it holds. */
const storage = (shared[slot] ??= new AsyncLocalStorage<Running>());

const rootSlot = Symbol.for("answerable.root.1");
const root = globals<{ [rootSlot]?: Running | undefined }>();

const nothing: Running = { scope: {}, stamp: {} };

/** What the running work carries. */
export function running(): Running {
  return storage.getStore() ?? root[rootSlot] ?? nothing;
}

/** What all work of the process carries that nothing else was said of: who started it, and for what. */
export function setRoot(next: Running | undefined): void {
  root[rootSlot] = next;
}

/** Runs `work`, and all that it awaits, with something else. */
export function within<T>(next: Running, work: () => T): T {
  return storage.run(next, work);
}

/**
 * Whether the calls made now are part of an action of ours that is under way: requests that a client library makes for it,
 * for example. Over with the action, as callbacks of the host may run on in its context.
 */
export function isCovered(): boolean {
  const { covered, span } = running();
  return covered === true && span?.isRecording() === true;
}
