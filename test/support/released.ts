/** The order of judging, of plain actions in a plain log. */
import { type Released, release } from "../../detector/detect/order.ts";
import { columnsOf } from "./actions.ts";
import { builtAtUs, judgedWith } from "./build.ts";

/** An action that came. Instants are milliseconds after some instant, fractions too. */
export interface Came {
  /** Names it, and stands for its id: of those that are alike the lower one goes first. */
  readonly id: number;
  readonly endedMs: number;
  readonly client?: string;
  /** "" without one. */
  readonly process?: string;
  /** -1 without one. */
  readonly seq?: number;
}

/** What came together, and when the log took it. */
export interface CameRecord {
  readonly takenMs: number;
  readonly actions: readonly Came[];
}

export interface Order {
  /** Ids in the order in which they are judged. */
  readonly ids: readonly number[];
  readonly held: number;
  /** What the position named after each chunk. */
  readonly heldRows: readonly string[];
}

/**
 * Runs over a log in chunks that end before `cuts` and at its end, reading again what was held back, as a worker does
 * and one that takes over from another.
 */
export function released(
  log: readonly CameRecord[],
  windowMs: number,
  cuts: readonly number[] = [],
  flushes = true,
): Order {
  const ids: number[] = [];
  const named: string[] = [];
  let before = { heldFrom: 0, heldRows: "", cutUs: 0, held: 0 };
  let next = 0;
  const ends = [...new Set([...cuts.filter((cut) => cut > 0 && cut < log.length), log.length])];
  for (const end of ends.toSorted((a, b) => a - b)) {
    const came = log
      .slice(before.heldFrom, end)
      .flatMap(({ takenMs, actions }, nth) =>
        actions.map((action, index) => ({ action, index, takenMs, offset: before.heldFrom + nth })),
      );
    const { columns, places } = columnsOf(came.map(placed));
    // Records without actions are none in the columns.
    const carried = new Set(came.filter(({ offset }) => offset < next).map(({ offset }) => offset)).size;
    const said: Released = release(columns, places, {
      carried,
      cutUs: before.cutUs,
      heldRows: before.heldRows,
      windowUs: windowMs * 1000,
      holds: !(flushes && end === log.length),
    });
    for (const row of said.rows) ids.push(came[row]!.action.id);
    if (said.carried !== before.held) throw new Error("the next chunk doesn't begin with what was held back");
    named.push(said.heldRows);
    next = end;
    before = { ...said, heldFrom: said.heldFrom === -1 ? end : places.offset(said.heldFrom) };
  }
  return { ids, held: before.held, heldRows: named };
}

/** The text of an id that sorts as its number does. */
const idOf = (id: number): string => id.toString(16).padStart(32, "0");

function placed({
  action: { id, endedMs, client = "", process = "", seq = -1 },
  index,
  takenMs,
  offset,
}: {
  readonly action: Came;
  readonly index: number;
  readonly takenMs: number;
  readonly offset: number;
}): Parameters<typeof columnsOf>[0][number] {
  const endedAtUs = builtAtUs + Math.round(endedMs * 1000);
  const { action, position } = judgedWith(offset, {
    id: idOf(id),
    source: client,
    startedAtUs: endedAtUs - 1,
    endedAtUs,
  });
  return {
    action,
    position: { ...position, index, atMs: builtAtUs / 1000 + takenMs },
    ...(process === "" && seq < 0 ? {} : { numbered: { process, seq } }),
  };
}
