/** The engine, told of plain actions and answering with them. */
import { PolicyBook } from "../../policy/book.ts";
import { AuthorityOf } from "../../detector/authorise/authority-of.ts";
import { ActionView } from "../../detector/detect/action-view.ts";
import type { Detector } from "../../detector/detect/detector.ts";
import { RecentActions } from "../../detector/detect/recent-actions.ts";
import { stateKey, step } from "../../detector/detect/step.ts";
import { unsureRows } from "../../detector/detect/unsure-rows.ts";
import type { IdentityState } from "../../detector/learn/identity-state.ts";
import { IdentityStates } from "../../detector/learn/identity-states.ts";
import type { SavedState } from "../../detector/stream/ports.ts";
import type { Alert, Authority, Finding, LogPosition, Response } from "../../schemas/index.ts";
import { actionsOf, type AttributedAction, columnsOf, type StoredAction } from "./actions.ts";

/** An action with its authority and its place in the log. */
export interface Judged {
  readonly action: AttributedAction;
  readonly authority: Authority;
  readonly position: LogPosition;
}

export interface PlainStepped {
  readonly actions: readonly StoredAction[];
  readonly findings: readonly Finding[];
  readonly alerts: readonly Alert[];
  readonly responses: readonly Response[];
  readonly duplicates: number;
  readonly changed: ReadonlyMap<string, IdentityState>;
  readonly unadmitted: number;
}

/** One partition's engine with all that it remembers. Whatever it kept counts as stored. */
export class Engine {
  readonly states: IdentityStates;
  readonly #detectors: readonly Detector[];
  readonly #recent: RecentActions;
  readonly #stored = new Set<string>();
  #judged = 0;
  readonly #saved = new Map<string, SavedState>();

  readonly #newPerHourMax: number;
  readonly #book: PolicyBook;
  readonly #judges: boolean;

  /**
   * @param room Actions that are remembered, a power of two.
   * @param book What people decided.
   * @param newPerHourMax New identities of a source and hour; 0 for any number.
   * @param judges Whether it judges by the book, and not as the test says.
   */
  constructor(
    detectors: readonly Detector[],
    room = 2 ** 12,
    newPerHourMax = 0,
    book = new PolicyBook(),
    judges = false,
  ) {
    this.#book = book;
    this.#judges = judges;
    this.#detectors = detectors;
    this.#newPerHourMax = newPerHourMax;
    this.#recent = new RecentActions(0, room);
    const budget = { bytesMax: Number.POSITIVE_INFINITY, bytes: 0 };
    this.states = new IdentityStates({ detectors, budget, readyMax: 1000 });
  }

  step(judged: readonly Judged[]): PlainStepped {
    const { columns, places } = columnsOf(judged);
    const view = new ActionView(columns, places);
    const keyOf = (row: number): string => {
      view.row = row;
      return JSON.stringify([stateKey(view), view.startedAtUs, view.id]);
    };
    this.#recent.makeRoom(columns.count);
    const rows = Int32Array.from(judged.keys());
    const unsure = unsureRows(this.#recent, columns, places, rows);
    const said = {
      count: () => undefined,
      judge: (_columns: unknown, { row }: { row: number }) => judged[row]!.authority,
      decidedFor: (tenant: string) => ({ book: this.#book.of(tenant), control: Number.MAX_SAFE_INTEGER }),
    };
    const stepped = step(columns, places, {
      states: this.states,
      recent: this.#recent,
      detectors: this.#detectors,
      authority: this.#judges
        ? new AuthorityOf(this.#book, Number.MAX_SAFE_INTEGER)
        : // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The verdicts are what a test says they are.
          (said as unknown as AuthorityOf),
      rows,
      judged: this.#judged,
      stored: new Set(unsure.filter((row) => this.#stored.has(keyOf(row)))),
      newPerHourMax: this.#newPerHourMax,
    });
    const { judgements, findings, alerts, responses, duplicates, changed, changedCounts, unadmitted } =
      stepped;
    this.#judged += judgements.keptCount;
    for (let row = 0; row < columns.count; row += 1)
      if (judgements.kept[row] === 1) this.#stored.add(keyOf(row));
    for (const [key, state] of changed) {
      const { actions, activeDays, sessions } = state.evidence;
      this.#saved.set(key, { packed: this.states.pack(key, state), actions, activeDays, sessions });
    }
    for (const [key, count] of changedCounts)
      this.#saved.set(key, { packed: this.states.packCount(count), actions: 0, activeDays: 0, sessions: 0 });
    const actions = actionsOf({ columns, judgements, places });
    return { actions, findings, alerts, responses, duplicates, changed, unadmitted };
  }

  /** All states by their keys, packed. */
  packed(): ReadonlyMap<string, SavedState> {
    return this.#saved;
  }
}

/** What a new engine makes of a log. */
export const stepped = (judged: readonly Judged[], detectors: readonly Detector[]): PlainStepped =>
  new Engine(detectors).step(judged);
