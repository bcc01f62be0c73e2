import type { Alert, Authority, Finding, Response } from "../../schemas/index.ts";
import { type ActionColumns, idInts } from "../attribute/action-columns.ts";
import { ByCode, pairOf } from "../attribute/by-code.ts";
import type { AuthorityOf } from "../authorise/authority-of.ts";
import type { IdentityState } from "../learn/identity-state.ts";
import { alwaysLearning, type Learning } from "../learn/learning.ts";
import type { IdentityStates } from "../learn/identity-states.ts";
import type { Block } from "../learn/memory.ts";
import { standingOfAction } from "../respond/standing-of-action.ts";
import { ActionView } from "./action-view.ts";
import { Admission } from "./admission.ts";
import { Asking } from "./asking.ts";
import { noteChanges } from "./changes-of.ts";
import type { Detector, Examined, NoticedBy } from "./detector.ts";
import { floodSignals } from "./identity-flood.ts";
import { Judgements } from "./judgements.ts";
import type { RecentActions } from "./recent-actions.ts";
import type { RecordPlaces } from "./record-places.ts";
import type { Said } from "./report.ts";
import { namesOf, scoreOf } from "./signals.ts";
import { Storms } from "./storms.ts";
import { isClockSuspect, isLearnable } from "./time.ts";

/** What is known of a partition, and how its actions are judged. */
export interface Bench {
  readonly states: IdentityStates;
  readonly recent: RecentActions;
  readonly detectors: readonly Detector[];
  readonly authority: AuthorityOf;
  /** Rows to judge, in their order. */
  readonly rows: Int32Array;
  /** How many actions of the partition were judged before. */
  readonly judged: number;
  /** Rows that the store has already, found where `recent` could not tell. */
  readonly stored: ReadonlySet<number>;
  /** New identities that each source may bring within an hour; 0 for any number. */
  readonly newPerHourMax: number;
  /** When all is accepted, and from when on nothing is learned; neither unless told. */
  readonly learning?: Learning;
}

/** What a step gives for the store. */
export interface Stepped {
  readonly judgements: Judgements;
  readonly findings: readonly Finding[];
  readonly alerts: readonly Alert[];
  /** What playbooks do about the findings of detectors. */
  readonly responses: readonly Response[];
  /** States that changed, by their keys. */
  readonly changed: ReadonlyMap<string, IdentityState>;
  /** Counts of sources and of storms that changed, by their keys. */
  readonly changedCounts: ReadonlyMap<string, Pick<Block, "pack">>;
  /** Actions that had already been seen; they give no row and change nothing. */
  readonly duplicates: number;
  /** Actions of identities that were not admitted: stored with their verdict, and no more. */
  readonly unadmitted: number;
}

/** The key under which the state of an action's identity is kept: tenants never share one. */
export function stateKey(action: { readonly tenant: string; readonly identityId: string }): string {
  return `${action.tenant}\0${action.identityId}`;
}

/** What is known of one identity in this step. */
interface Known {
  readonly key: string;
  /** Undefined as long as nothing is known. */
  state: IdentityState | undefined;
}

/**
 * The engine: `(states, actions) → (states, rows)`. Pure, on event time: the same log gives the same rows, byte for byte,
 * however it is cut into steps. What is known of the partition is changed in place; whoever can't store the rows must
 * not go on with it.
 */
export function step(columns: ActionColumns, places: RecordPlaces, bench: Bench): Stepped {
  const { states, recent, detectors, authority, rows, judged, stored, learning = alwaysLearning } = bench;
  const judgements = new Judgements(columns.count);
  const findings: Finding[] = [];
  const alerts: Alert[] = [];
  const changed = new Map<string, IdentityState>();
  const knowns = new ByCode<Known>();
  const view = new ActionView(columns, places);
  const storms = new Storms(states, say);
  const admission = new Admission(states, bench.newPerHourMax, say, storms);
  const asking = new Asking(detectors, storms, say);
  const { codes, instants, ids, dictionary } = columns;
  let duplicates = 0;

  function knownOf(row: number): Known {
    const pair = pairOf(codes.tenant[row]!, codes.identity[row]!);
    return knowns.get(dictionary, pair) ?? knowns.set(pair, { key: stateKey(view), state: undefined });
  }

  function say({ finding, alert }: Said): void {
    findings.push(finding);
    if (alert !== undefined) alerts.push(alert);
  }

  for (const row of rows) {
    view.row = row;
    const known = knownOf(row);
    const startedAtUs = instants.startedAtUs[row]!;
    if (stored.has(row) || recent.has(ids, row * idInts, startedAtUs, known.key)) {
      duplicates += 1;
      continue;
    }
    view.ordinal = judged + judgements.keptCount;
    const endedAtUs = instants.endedAtUs[row]!;
    const clockSuspect = isClockSuspect(endedAtUs, view.atMs);
    recent.add(ids, row * idInts, startedAtUs, known.key, !clockSuspect);
    judgements.clockSuspect[row] = clockSuspect ? 1 : 0;
    // Only here, as a duplicate of what was not admitted must not be taken for something known.
    const state = (known.state ??= states.find(known.key) ?? admission.admit(view, known.key));
    // What is counted goes by the log's time where the sender's isn't believed.
    const usedAtUs = clockSuspect ? view.atMs * 1000 : startedAtUs;
    const verdict = authority.judge(columns, view, state?.usage, usedAtUs);
    if (state === undefined) {
      judgements.keep(row, view.ordinal, verdict, floodSignals);
      continue;
    }
    changed.set(known.key, state);
    if (!view.isStart) authority.count(view, verdict, state.usage, usedAtUs);
    // An action that tells of its beginning is judged twice and learned once, at its end; what is said twice is said once.
    const follows = !clockSuspect && !view.isStart && isLearnable(endedAtUs, state.lastAtUs);
    const logUs = view.atMs * 1000;
    const learns = follows && logUs < learning.frozenFromUs;
    const isAccepted = logUs < learning.acceptedUntilUs;
    judgements.late[row] = endedAtUs < state.lastAtUs ? 1 : 0;
    judgements.learned[row] = learns ? 1 : 0;
    if (follows) noteChanges(state.changes, view, verdict);
    const examined = examinedOf(view, verdict, authority, state, asking.noticed);
    asking.ask(examined, state, { usedAtUs, isAccepted, learns, follows });
    judgements.scores[row] = scoreOf(asking.noticed);
    if (learns) state.evidence.gather(startedAtUs, view.sessionId);
    if (follows) state.lastAtUs = Math.max(state.lastAtUs, endedAtUs);
    judgements.keep(row, view.ordinal, verdict, namesOf(asking.noticed));
  }
  const { unadmitted } = admission;
  const { responses } = asking;
  const changedCounts = new Map<string, Pick<Block, "pack">>([...admission.changed, ...storms.changed]);
  return { judgements, findings, alerts, responses, changed, changedCounts, duplicates, unadmitted };
}

function examinedOf(
  action: ActionView,
  verdict: Authority,
  authority: AuthorityOf,
  { evidence, ownStanding }: IdentityState,
  noticed: readonly NoticedBy[],
): Examined {
  const decided = authority.decidedFor(action.tenant);
  const standing = standingOfAction(decided, ownStanding, action);
  return { action, authority: verdict, decided, standing, evidence, noticed };
}
