import { type ActionColumns, idInts } from "../attribute/action-columns.ts";
import { ActionView } from "./action-view.ts";
import type { RecentActions } from "./recent-actions.ts";
import type { RecordPlaces } from "./record-places.ts";
import { isClockSuspect, stateKey } from "./step.ts";

/** The rows of which only the store can tell whether they are there already. */
export function unsureRows(recent: RecentActions, columns: ActionColumns, places: RecordPlaces): readonly number[] {
  const rows: number[] = [];
  const view = new ActionView(columns, places);
  for (let row = 0; row < columns.count; row += 1) {
    view.row = row;
    const { startedAtUs } = view;
    if (startedAtUs > recent.horizonUs && !isClockSuspect(startedAtUs, view.atMs)) continue;
    if (!recent.has(columns.ids, row * idInts, startedAtUs, stateKey(view))) rows.push(row);
  }
  return rows;
}
