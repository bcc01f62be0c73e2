import type { Alert, Finding } from "../../schemas/index.ts";
import { type ActionColumns, idInts } from "../attribute/action-columns.ts";
import { ByCode, pairOf } from "../attribute/by-code.ts";
import type { AuthorityOf } from "../authorise/authority-of.ts";
import type { IdentityState } from "../learn/identity-state.ts";
import type { IdentityStates } from "../learn/identity-states.ts";
import { ActionView } from "./action-view.ts";
import type { Detector, Examined } from "./detector.ts";
import { Judgements } from "./judgements.ts";
import type { RecentActions } from "./recent-actions.ts";
import type { RecordPlaces } from "./record-places.ts";
import { report } from "./report.ts";
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
}

/** What a step gives for the store. */
export interface Stepped {
  readonly judgements: Judgements;
  readonly findings: readonly Finding[];
  readonly alerts: readonly Alert[];
  /** States that changed, by their keys. */
  readonly changed: ReadonlyMap<string, IdentityState>;
  /** Actions that had already been seen; they give no row and change nothing. */
  readonly duplicates: number;
}

/** The key under which the state of an action's identity is kept: tenants never share one. */
export function stateKey(action: { readonly tenant: string; readonly identityId: string }): string {
  return `${action.tenant}\0${action.identityId}`;
}

/** What is known of one identity in this step. */
interface Known {
  readonly key: string;
  readonly state: IdentityState;
}

/**
 * The engine: `(states, actions) → (states, rows)`. Pure, on event time: the same log gives the same rows, byte for byte,
 * however it is cut into steps. What is known of the partition is changed in place; whoever can't store the rows must
 * not go on with it.
 */
export function step(columns: ActionColumns, places: RecordPlaces, bench: Bench): Stepped {
  const { states, recent, detectors, authority, rows, judged, stored } = bench;
  const judgements = new Judgements(columns.count);
  const findings: Finding[] = [];
  const alerts: Alert[] = [];
  const changed = new Map<string, IdentityState>();
  const knowns = new ByCode<Known>();
  const view = new ActionView(columns, places);
  const { codes, instants, ids, dictionary } = columns;
  let duplicates = 0;

  function knownOf(row: number): Known {
    const pair = pairOf(codes.tenant[row]!, codes.identity[row]!);
    const known = knowns.get(dictionary, pair);
    if (known !== undefined) return known;
    const key = stateKey(view);
    return knowns.set(pair, { key, state: states.get(key) });
  }

  for (const row of rows) {
    view.row = row;
    const { key, state } = knownOf(row);
    const startedAtUs = instants.startedAtUs[row]!;
    if (stored.has(row) || recent.has(ids, row * idInts, startedAtUs, key)) {
      duplicates += 1;
      continue;
    }
    changed.set(key, state);
    view.ordinal = judged + judgements.keptCount;
    const endedAtUs = instants.endedAtUs[row]!;
    const clockSuspect = isClockSuspect(endedAtUs, view.atMs);
    recent.add(ids, row * idInts, startedAtUs, key, !clockSuspect);
    const learns = !clockSuspect && isLearnable(endedAtUs, state.lastAtUs);
    judgements.late[row] = endedAtUs < state.lastAtUs ? 1 : 0;
    judgements.clockSuspect[row] = clockSuspect ? 1 : 0;
    judgements.learned[row] = learns ? 1 : 0;
    const examined: Examined = {
      action: view,
      authority: authority.judge(columns, view),
      evidence: state.evidence,
    };
    let signalled: string[] | undefined;
    for (let nth = 0; nth < detectors.length; nth += 1) {
      const detector = detectors[nth]!;
      const memory = state.memories[nth]!;
      const signals = detector.examine(examined, memory);
      for (const signal of signals) {
        const said = report(state, view, detector, signal, clockSuspect ? view.atMs * 1000 : startedAtUs);
        if (said !== undefined) findings.push(said.finding);
        if (said?.alert !== undefined) alerts.push(said.alert);
        (signalled ??= []).push(`${detector.id}/${signal.name}`);
      }
      if (learns) detector.learn(examined, memory, signals);
    }
    if (learns) {
      state.evidence.gather(startedAtUs, view.sessionId);
      state.lastAtUs = Math.max(state.lastAtUs, endedAtUs);
    }
    judgements.keep(row, view.ordinal, examined.authority, signalled ?? noSignals);
  }
  return { judgements, findings, alerts, changed, duplicates };
}

const noSignals: readonly string[] = [];
