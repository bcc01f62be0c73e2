import { randomId } from "../random.ts";
import type { ServiceDecision } from "../serve/guard-route.ts";
import type { Database } from "../store/clickhouse.ts";
import { type DecisionRow, storeDecisions } from "../store/decisions.ts";
import type { Context } from "./context.ts";

/** Decisions that wait for the store; further ones are counted and not kept, as an answer can't wait for the store. */
const waitingMax = 10_000;
const insertMax = 1_000;
const everyMs = 250;

/** Decisions of the service on their way to the store. */
export interface DecisionQueue {
  add(decision: ServiceDecision): void;
  /** Stores what waits, once more. */
  stop(): Promise<void>;
}

/** Stores decisions some at a time, so that one costs no insert of its own. */
export function decisionQueue({ clock, log, telemetry }: Context, database: Database): DecisionQueue {
  const waiting: DecisionRow[] = [];
  const ending = new AbortController();
  let isTold = false;
  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const some = waiting.slice(0, insertMax);
      await storeDecisions(database, some);
      waiting.splice(0, some.length);
      isTold = false;
    }
  };
  const attempt = (): Promise<void> =>
    flush().catch((error: unknown) => {
      if (!isTold) log("warn", "decisions can't be stored now", { reason: String(error) });
      isTold = true;
    });
  const flushing = (async () => {
    while (!ending.signal.aborted) {
      await clock.sleep(everyMs, ending.signal);
      await attempt();
    }
  })();
  return {
    add(decision) {
      if (waiting.length < waitingMax) waiting.push({ ...decision, id: randomId() });
      else telemetry.count("answerable_decisions_dropped_total");
    },
    async stop() {
      ending.abort();
      await flushing;
      await attempt();
    },
  };
}
