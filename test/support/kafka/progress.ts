/** How far a detector has come, and how to catch it in the middle of a chunk. */
import { until } from "../poll.ts";
import type { Role } from "../roles.ts";
import type { KafkaInstallation } from "./installation.ts";

type Query = KafkaInstallation["query"];

/** Rows of actions, those written twice counted twice. */
export async function stored(query: Query): Promise<number> {
  return (await query<{ n: number }>("SELECT count() AS n FROM actions"))[0]?.n ?? 0;
}

/** Spans in chunks whose position is saved, without those that are held back. */
export async function accounted(query: Query): Promise<number> {
  return (await query<{ n: number }>("SELECT sum(v.spans - v.held) AS n FROM v_audit AS v"))[0]?.n ?? 0;
}

/** Actions of chunks whose position is saved. */
async function saved(query: Query): Promise<number> {
  return (await query<{ n: number }>("SELECT sum(v.actions) AS n FROM v_audit AS v"))[0]?.n ?? 0;
}

/** Holds a worker still after it has stored a chunk's actions and before it has saved the chunk's position. */
export async function freezeMidChunk(
  worker: Role,
  query: Query,
  draw: () => number,
  withinMs = 60_000,
): Promise<void> {
  await until(
    "the worker stands still in the middle of a chunk",
    async () => {
      await pause(draw() * 30);
      worker.freeze();
      // What was on its way to the store arrives.
      await pause(20);
      if ((await stored(query)) > (await saved(query))) return true;
      worker.thaw();
      return false;
    },
    withinMs,
  );
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
