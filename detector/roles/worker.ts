import { detectors } from "../detect/index.ts";
import { partitionWorker, type PartitionWorker } from "../stream/partition-worker.ts";
import type { ControlFeed, DeadLetters, DetectStore, PartitionId } from "../stream/ports.ts";
import type { StateBudget } from "../learn/identity-states.ts";
import type { Attributor } from "../attribute/table.ts";
import type { Context } from "./context.ts";

export interface WorkerParts {
  readonly store: DetectStore;
  readonly control: ControlFeed;
  readonly deadLetters: DeadLetters;
  readonly attributor: Attributor;
}

/** One budget for all workers of this process. */
const budgets = new WeakMap<Context, StateBudget>();

function budgetOf(context: Context): StateBudget {
  const budget = budgets.get(context) ?? { bytesMax: context.config.state.bytesMax, bytes: 0 };
  budgets.set(context, budget);
  return budget;
}

/** A worker as every role runs it: all detectors, the configured limits, and its sums on the metrics. */
export function newWorker(
  context: Context,
  parts: WorkerParts,
  partition: PartitionId,
): PartitionWorker {
  const { config, telemetry, log } = context;
  return partitionWorker(partition, {
    ...parts,
    detectors,
    limits: config.limits,
    recordsMax: config.chunk.recordsMax,
    bytesMax: config.chunk.bytesMax,
    stateBudget: budgetOf(context),
    statesReadyMax: config.state.readyMax,
    onChunk: ({ topic, partition: number }, _plan, counts) => {
      const add = (outcome: string, by: number): void => {
        if (by > 0) telemetry.count("answerable_spans_total", { outcome }, by);
      };
      add("action", counts.actions);
      add("no_action", counts.noAction);
      add("duplicate", counts.duplicates);
      add("dead_lettered", counts.deadLettered);
      telemetry.count("answerable_findings_total", {}, counts.findings);
      if (counts.deadLettered > 0)
        log("warn", "spans could not be read", { topic, partition: number, count: counts.deadLettered });
    },
  });
}
