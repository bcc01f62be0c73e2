import type { Attributes } from "@opentelemetry/api";
import type { ActionKind } from "../schemas/index.ts";
import type { TouchedResource } from "./action/span-model.ts";
import type { LeavingSpan } from "./emit/leaving.ts";
import { actionOf, isAction } from "./collected-action.ts";
import type { SpanSink } from "./emit/sink.ts";
import { currentRuntime } from "./runtime.ts";
import type { StartOptions } from "./settings.ts";
import { startRuntime } from "./start.ts";

/** An action as it would have left the process: redacted, numbered, with all that is known of it by then. */
export interface CollectedAction {
  readonly kind: ActionKind;
  /** Name of the operation, for example vault.kv.read. */
  readonly name: string;
  readonly resource?: TouchedResource;
  /** All resources, the main one first. */
  readonly resources: readonly TouchedResource[];
  /** Who acted; undefined where nobody is named. */
  readonly identity?: string;
  /** Delegation path: root principal first, acting identity last; empty where none is told. */
  readonly chain: readonly string[];
  readonly session?: string;
  readonly task?: string;
  readonly grant?: string;
  readonly status: "ok" | "error" | "denied";
  /** Class of the error. */
  readonly error?: string;
  /** What the guard said before it ran, and what came of it; undefined where the guard is off. */
  readonly decision?: {
    readonly verdict: string;
    readonly outcome: string;
    readonly reason: string;
    readonly approval?: string;
  };
  /** All that its span says, by the names of the conventions and of `nhi.*`. */
  readonly attributes: Attributes;
}

/** What was done since, for a test to look at. */
export interface CollectedActions {
  /** All actions that have ended since `collectActions` or `clear`, in the order in which they ended. */
  actions(): Promise<readonly CollectedAction[]>;
  /** Forgets what has ended so far. */
  clear(): Promise<void>;
  /** What was collected goes where it went before; a runtime that was started for it is stopped. */
  stop(): Promise<void>;
  /** Actions beyond the first ten thousand, which are counted and not kept. */
  readonly missed: number;
}

const keptMax = 10_000;

/**
 * Collects actions instead of sending them, for tests of your own. Starts what records them, or takes over what runs
 * already; then `options` count for nothing, as they do for `start`. Knows no test runner.
 *
 * @example
 * const collected = collectActions({ identity: { id: "agent:triage", kind: "ai_agent" } });
 * await triage("My invoice is wrong");
 * expect(await collected.actions()).toMatchObject([{ kind: "tool_call", name: "tickets.create" }]);
 * await collected.stop();
 */
export function collectActions(options: Omit<StartOptions, "exporter" | "enabled"> = {}): CollectedActions {
  const spans: LeavingSpan[] = [];
  let missed = 0;
  const before = currentRuntime();
  // What waited to be sent before is of no test, and is let go.
  let from = before?.queue.taken ?? 0;
  const sink: SpanSink = {
    name: "collected",
    trouble: undefined,
    send: async (batch) => {
      for (const span of batch) {
        if (!isAction(span) || Number(span.attributes["nhi.seq"]) < from) continue;
        if (spans.length < keptMax) spans.push(span);
        else missed += 1;
      }
      return "sent";
    },
  };
  const runtime = before ?? startRuntime({ ...options, exporter: sink, enabled: true });
  const undo = before?.divert(sink);
  return {
    async actions() {
      await runtime?.flush();
      return spans.toSorted(bySeq).map(actionOf);
    },
    async clear() {
      from = runtime?.queue.taken ?? 0;
      await runtime?.flush();
      spans.length = 0;
      missed = 0;
    },
    async stop() {
      await runtime?.flush();
      if (undo === undefined) await runtime?.stop();
      else undo();
    },
    get missed() {
      return missed;
    },
  };
}

/** They were sent in the order of their risk. */
function bySeq(one: LeavingSpan, other: LeavingSpan): number {
  return Number(one.attributes["nhi.seq"]) - Number(other.attributes["nhi.seq"]);
}
