import { type ActionColumns, idInts } from "../attribute/action-columns.ts";
import { ActionView } from "./action-view.ts";
import type { RecentActions } from "./recent-actions.ts";
import type { RecordPlaces } from "./record-places.ts";
import { stateKey } from "./step.ts";
import { isClockSuspect } from "./time.ts";

/** Those of some rows of which only the store can tell whether they are there already. */
export function unsureRows(
  recent: RecentActions,
  columns: ActionColumns,
  places: RecordPlaces,
  rows: Int32Array,
): readonly number[] {
  const unsure: number[] = [];
  const view = new ActionView(columns, places);
  for (const row of rows) {
    view.row = row;
    const { startedAtUs } = view;
    if (startedAtUs > recent.horizonUs && !isClockSuspect(view.endedAtUs, view.atMs)) continue;
    if (!recent.has(columns.ids, row * idInts, startedAtUs, stateKey(view))) unsure.push(row);
  }
  return unsure;
}
