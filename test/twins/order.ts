import type { Came, CameRecord, Order } from "../support/released.ts";

interface Waiting {
  readonly one: Came;
  readonly takenMs: number;
  dueMs: number;
  isSettled: boolean;
}

/** The order of judging, as it is defined: one action after the other, and all that wait looked at each time. */
export function orderTwin(
  log: readonly CameRecord[],
  windowMs: number,
  flushes: boolean,
): Omit<Order, "heldRows"> {
  const ids: number[] = [];
  let waiting: Waiting[] = [];
  let cutMs = Number.NEGATIVE_INFINITY;

  function cutAt(ms: number): void {
    cutMs = Math.max(cutMs, ms);
    for (;;) {
      const [first] = waiting.filter(({ dueMs }) => dueMs <= cutMs).toSorted(byTurn);
      if (first === undefined) return;
      if (!first.isSettled) {
        first.isSettled = true;
        first.dueMs = Math.max(
          first.dueMs,
          ...waiting.filter((other) => keeps(other.one, first.one)).map(endOf),
        );
        continue;
      }
      waiting = waiting.filter((other) => other !== first);
      ids.push(first.one.id);
    }
  }

  /** Whether one has another wait: of its process, under a lower number, and ended up to half a window after it. */
  function keeps(one: Came, other: Came): boolean {
    const { process = "", seq = -1, client = "" } = one;
    return (
      process !== "" &&
      process === (other.process ?? "") &&
      client === (other.client ?? "") &&
      seq >= 0 &&
      seq < (other.seq ?? -1) &&
      one.endedMs > other.endedMs &&
      one.endedMs < other.endedMs + windowMs / 2
    );
  }

  for (const { takenMs, actions } of log) {
    if (actions.length === 0) continue;
    // In the order of the log: one that the log took later may say so with an earlier instant.
    for (const { one, takenMs: before } of waiting) {
      if (one.endedMs <= cutMs) continue;
      if (before >= takenMs - windowMs) break;
      cutAt(one.endedMs);
    }
    for (const one of actions) {
      if (one.endedMs > takenMs + 300_000) {
        ids.push(one.id);
        continue;
      }
      if (one.endedMs <= cutMs || windowMs === 0) ids.push(one.id);
      else waiting.push({ one, takenMs, dueMs: one.endedMs, isSettled: false });
      cutAt(one.endedMs - windowMs);
    }
  }
  if (flushes) cutAt(Number.POSITIVE_INFINITY);
  return { ids, held: waiting.length };
}

const endOf = ({ one }: Waiting): number => one.endedMs;

const byTurn = (one: Waiting, other: Waiting): number =>
  one.dueMs - other.dueMs || (one.one.seq ?? -1) - (other.one.seq ?? -1) || one.one.id - other.one.id;
