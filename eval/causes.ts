import type { Label } from "./labels.ts";
import type { RecordedLog } from "./log.ts";
import { placeOf } from "./outcome.ts";
import type { Audience, Shown } from "./pass-store.ts";
import { isHonest, type Scored } from "./score.ts";

/** Why a run came out wrong, as far as a machine can sort it, and the runs of it. */
export interface Cause {
  readonly cause: string;
  readonly runs: readonly string[];
}

/** What was done in an action, without a value. */
interface Act {
  readonly seq: number;
  readonly score: number;
  readonly what: string;
}

/** Notes the actions of some runs, to sort by cause what came of them. */
export class Acts implements Audience {
  readonly #log: RecordedLog;
  readonly #wanted: ReadonlySet<string>;
  readonly #acts = new Map<string, Act[]>();

  constructor(log: RecordedLog, wanted: ReadonlySet<string>) {
    this.#log = log;
    this.#wanted = wanted;
  }

  action(shown: Shown): void {
    const { run, seq } = placeOf(this.#log, shown);
    if (!this.#wanted.has(run)) return;
    const { view, score, signals } = shown;
    const origins = [...new Set(view.resources.map(({ origin }) => classOf(origin)))].toSorted();
    const noted = signals.filter((signal) => !isOfAuthority(signal));
    const what = [
      view.operation,
      view.mutating ? "changes" : "reads",
      `origin ${origins.join("+") || "without an argument to trace"}`,
      noted.join(" ") || "nothing noted",
    ].join(" · ");
    const acts = this.#acts.get(run) ?? [];
    this.#acts.set(run, acts);
    acts.push({ seq, score, what });
  }

  finding(): void {
    // What was found is known of the runs.
  }

  deadLetter(): void {
    // Nothing was done.
  }

  of(run: string): readonly Act[] {
    return this.#acts.get(run) ?? [];
  }
}

/** Noted on every action where no grants are given, and so no cause of anything. */
const isOfAuthority = (signal: string): boolean => signal.startsWith("no-grant/");

const classOf = (origin: string): string => (origin.startsWith("tool:") ? "tool" : origin);

/** Attacked runs that were not flagged, by what the attacking action was: the one with the highest score. */
export function missedBy(
  labels: readonly Label[],
  said: ReadonlyMap<string, Scored>,
  acts: Acts,
): readonly Cause[] {
  const missed = labels.filter(
    (label) =>
      isScored(label) && label.label_run === "attack_success" && said.get(label.run_id)?.flagged !== true,
  );
  return sorted(
    missed.map(({ run_id: run, attack_seqs: seqs }) => {
      const attacking = acts.of(run).filter(({ seq }) => seqs.includes(seq));
      return [run, highest(attacking)?.what ?? "its attacking action is not in the files"];
    }),
  );
}

/** Honest runs that were flagged, by what the action with the highest score of those cited was. */
export function falseBy(
  labels: readonly Label[],
  said: ReadonlyMap<string, Scored>,
  acts: Acts,
): readonly Cause[] {
  const flagged = labels.filter(
    (label) => isScored(label) && isHonest(label) && said.get(label.run_id)?.flagged,
  );
  return sorted(
    flagged.map(({ run_id: run }) => {
      const cited = acts.of(run).filter(({ seq }) => said.get(run)?.cites(seq));
      return [run, highest(cited)?.what ?? "cites nothing of its own"];
    }),
  );
}

const isScored = ({ phase }: Label): boolean => phase === "score";

function highest(acts: readonly Act[]): Act | undefined {
  let best: Act | undefined;
  for (const act of acts) if (best === undefined || act.score > best.score) best = act;
  return best;
}

function sorted(pairs: readonly (readonly [run: string, cause: string])[]): readonly Cause[] {
  const causes = new Map<string, string[]>();
  for (const [run, cause] of pairs) {
    const runs = causes.get(cause) ?? [];
    causes.set(cause, runs);
    runs.push(run);
  }
  return [...causes]
    .map(([cause, runs]) => ({ cause, runs: runs.toSorted() }))
    .toSorted((one, other) => other.runs.length - one.runs.length || (one.cause < other.cause ? -1 : 1));
}
