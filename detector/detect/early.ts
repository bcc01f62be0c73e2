import type { Response } from "../../schemas/index.ts";
import type { ActionColumns } from "../attribute/action-columns.ts";
import type { AuthorityOf } from "../authorise/authority-of.ts";
import type { IdentityStates } from "../learn/identity-states.ts";
import { OwnStanding } from "../learn/own-standing.ts";
import { respond } from "../respond/respond.ts";
import { standingOfAction } from "../respond/standing-of-action.ts";
import { ActionView } from "./action-view.ts";
import { type Detector, type Examined, isOfHabit, noMemory } from "./detector.ts";
import { GatheredEvidence } from "../learn/evidence.ts";
import type { RecordPlaces } from "./record-places.ts";
import { foretold } from "./report.ts";
import { isFinding } from "./signals.ts";
import { stateKey } from "./step.ts";

/** By what is looked at actions before their turn. */
export interface EarlyBench {
  readonly states: IdentityStates;
  readonly detectors: readonly Detector[];
  readonly authority: AuthorityOf;
  /** Ordinal of the first record that was not looked at before. */
  readonly fromRecord: number;
}

const nobody = { evidence: new GatheredEvidence(), ownStanding: new OwnStanding() };

/**
 * What will be done about actions that are still held back, as far as that is sure: a detector that remembers nothing says the same
 * whatever comes before, and is not kept quiet for having said too much. Each is a response that `step` gives as well, under the same id, once the action's turn has come; until
 * then guards need not wait. Changes nothing.
 */
export function earlyResponses(
  columns: ActionColumns,
  places: RecordPlaces,
  { states, detectors, authority, fromRecord }: EarlyBench,
): readonly Response[] {
  const sure = detectors.filter((one) => one.newMemory() === noMemory && !isOfHabit(one));
  const view = new ActionView(columns, places);
  const responses: Response[] = [];
  for (let row = 0; row < columns.count; row += 1) {
    if (columns.codes.record[row]! < fromRecord) continue;
    view.row = row;
    const decided = authority.decidedFor(view.tenant);
    if (decided.book.playbooks.size === 0) continue;
    const key = stateKey(view);
    // What was said of whom only the store knows can't be told now.
    if (!states.isComplete && !states.has(key)) continue;
    const state = states.find(key);
    const { evidence, ownStanding } = state ?? nobody;
    const verdict = authority.judge(columns, view, state?.usage);
    const standing = standingOfAction(decided, ownStanding, view);
    const examined: Examined = { action: view, authority: verdict, decided, standing, evidence, noticed: [] };
    for (const detector of sure)
      for (const signal of detector.examine(examined, noMemory)) {
        if (!isFinding(signal)) continue;
        const finding = foretold(state, examined, detector, signal, view.startedAtUs);
        if (finding !== undefined) responses.push(...respond(decided, finding, signal.name, view, verdict));
      }
  }
  return responses;
}
