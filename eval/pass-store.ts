import { idInts } from "../detector/attribute/action-columns.ts";
import { idText } from "../detector/attribute/ids.ts";
import { ActionView } from "../detector/detect/action-view.ts";
import type {
  ActionKey,
  ChunkRows,
  DeadLetter,
  DeadLetters,
  DetectStore,
  LoadedState,
  SavedState,
  Standings,
} from "../detector/stream/ports.ts";
import type { Finding } from "../schemas/index.ts";

/** One judged action as it is shown; good until the next one. */
export interface Shown {
  readonly view: ActionView;
  readonly id: string;
  readonly offset: number;
  readonly index: number;
  readonly step: number;
  readonly score: number;
  readonly signals: readonly string[];
}

/** Who is told what a worker would have stored. */
export interface Audience {
  action(shown: Shown): void;
  finding(finding: Finding): void;
  deadLetter(letter: DeadLetter): void;
}

/** The store of one pass over a log by one worker: it is told everything, and keeps what a worker asks for again. */
export function passStore(audience: Audience): DetectStore & DeadLetters & Standings {
  const states = new Map<string, LoadedState>();
  const placed = new Map<string, number>();
  const placeOf = ({ offset, index }: { offset: number; index: number }): number => offset * 2 ** 20 + index;

  function tellActions({ columns, judgements, places }: ChunkRows["actions"]): void {
    const view = new ActionView(columns, places);
    for (let row = 0; row < columns.count; row += 1) {
      if (judgements.kept[row] !== 1) continue;
      view.row = row;
      const id = idText(columns.ids, row * idInts);
      const { codes } = columns;
      const offset = places.offset(codes.record[row]!);
      const index = codes.index[row]!;
      if (!placed.has(id)) placed.set(id, placeOf({ offset, index }));
      audience.action({
        view,
        id,
        offset,
        index,
        step: codes.step[row]!,
        score: judgements.scores[row]!,
        signals: judgements.signals(row),
      });
    }
  }

  return {
    claim: async () => ({ generation: 1, progress: undefined, isComplete: true }),
    states: async (_partition, keys) => {
      const found = new Map<string, LoadedState>();
      for (const key of keys) {
        const state = states.get(key);
        if (state !== undefined) found.set(key, state);
      }
      return found;
    },
    stored: async (_partition, actions: readonly ActionKey[]) =>
      new Set(
        actions.flatMap((action, nth) => {
          const place = placed.get(action.id);
          return place !== undefined && place !== placeOf(action) ? [nth] : [];
        }),
      ),
    plan: async (_partition, _generation, plan) => ({ kind: "planned", plan }),
    write: async (_partition, _plan, rows) => {
      tellActions(rows.actions);
      for (const finding of rows.findings) audience.finding(finding);
    },
    save: async (_partition, { plan, states: changed }) => {
      for (const [key, state] of changed) states.set(key, loadedOf(state, plan.chunk));
    },
    put: async (letters) => {
      for (const letter of letters) audience.deadLetter(letter);
    },
    set: async () => 0,
  };
}

const loadedOf = ({ packed, actions }: SavedState, chunk: number): LoadedState => ({
  packed,
  actions,
  chunk,
});
