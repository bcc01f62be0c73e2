import type { CharacterWatch } from "./character.ts";
import type { Label } from "./labels.ts";
import type { RecordedLog } from "./log.ts";
import { placeOf } from "./outcome.ts";
import type { Audience, Shown } from "./pass-store.ts";
import { isHonest, type Scored } from "./score.ts";

/** Why runs came out wrong, as far as a machine can sort it: what their action was, without a value. */
export interface Cause extends Reason {
  /** The least to the most of its runs. */
  readonly bits: string;
  readonly runs: readonly string[];
}

interface Reason {
  readonly operation: string;
  /** Where the value was seen before. */
  readonly value: string;
  readonly origin: string;
  /** From how many bits on it would have been told. */
  readonly line: string;
  /** What kept it from being told, or what else was noted of it. */
  readonly noted: string;
}

export interface Act extends Reason {
  readonly seq: number;
  readonly bits: number;
}

/** Notes the actions of some runs, to sort by cause what came of them. */
export class Acts implements Audience {
  readonly #log: RecordedLog;
  readonly #wanted: ReadonlySet<string>;
  readonly #watch: CharacterWatch;
  readonly #acts = new Map<string, Act[]>();

  constructor(log: RecordedLog, wanted: ReadonlySet<string>, watch: CharacterWatch) {
    this.#log = log;
    this.#wanted = wanted;
    this.#watch = watch;
  }

  action(shown: Shown): void {
    const { run, seq } = placeOf(this.#log, shown);
    if (!this.#wanted.has(run)) return;
    const { view, id, score, signals } = shown;
    const thought = this.#watch.thought(id);
    const noted = [
      ...(thought?.gateOpen === false ? ["too little is known of the identity"] : []),
      ...signals.filter((signal) => !isOfAuthority(signal)),
    ];
    const acts = this.#acts.get(run) ?? [];
    this.#acts.set(run, acts);
    acts.push({
      seq,
      bits: thought?.bits ?? score,
      operation: `${view.operation}${view.mutating ? "" : " (reads)"}`,
      value: thought?.value ?? "not weighed",
      origin: thought?.origin ?? "–",
      line: thought === undefined ? "–" : String(thought.line),
      noted: noted.join(" ") || "–",
    });
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

/** Attacked runs that were not flagged, by what the attacking action was: the one with the most bits. */
export function missedBy(
  labels: readonly Label[],
  said: ReadonlyMap<string, Scored>,
  actsOf: (run: string) => readonly Act[],
): readonly Cause[] {
  const missed = labels.filter(
    (label) =>
      isScored(label) && label.label_run === "attack_success" && said.get(label.run_id)?.flagged !== true,
  );
  return sorted(
    missed.map(({ run_id: run, attack_seqs: seqs }) => [
      run,
      highest(actsOf(run).filter(({ seq }) => seqs.includes(seq))),
    ]),
  );
}

/** Honest runs that were flagged, by what the action with the most bits of those cited was. */
export function falseBy(
  labels: readonly Label[],
  said: ReadonlyMap<string, Scored>,
  actsOf: (run: string) => readonly Act[],
): readonly Cause[] {
  const flagged = labels.filter(
    (label) => isScored(label) && isHonest(label) && said.get(label.run_id)?.flagged,
  );
  return sorted(
    flagged.map(({ run_id: run }) => [
      run,
      highest(actsOf(run).filter(({ seq }) => said.get(run)?.cites(seq))),
    ]),
  );
}

/** How many runs each kind of something has, most first. */
export function counted(
  all: readonly Cause[],
  of: (cause: Cause) => string,
): readonly (readonly [kind: string, runs: number])[] {
  const counts = new Map<string, number>();
  for (const cause of all) counts.set(of(cause), (counts.get(of(cause)) ?? 0) + cause.runs.length);
  return [...counts].toSorted(([, one], [, other]) => other - one);
}

const isScored = ({ phase }: Label): boolean => phase === "score";

function highest(acts: readonly Act[]): Act | undefined {
  let best: Act | undefined;
  for (const act of acts) if (best === undefined || act.bits > best.bits) best = act;
  return best;
}

/** Of a run whose action isn't in the files. */
const nowhere: Act = {
  seq: -1,
  bits: 0,
  operation: "its action is not in the files",
  value: "–",
  origin: "–",
  line: "–",
  noted: "–",
};

function sorted(pairs: readonly (readonly [run: string, act: Act | undefined])[]): readonly Cause[] {
  const causes = new Map<string, { act: Act; bits: number[]; runs: string[] }>();
  for (const [run, act = nowhere] of pairs) {
    const { operation, value, origin, line, noted } = act;
    const key = JSON.stringify([operation, value, origin, line, noted]);
    const cause = causes.get(key) ?? { act, bits: [], runs: [] };
    causes.set(key, cause);
    cause.bits.push(act.bits);
    cause.runs.push(run);
  }
  return [...causes]
    .toSorted(
      ([key, one], [other, another]) => another.runs.length - one.runs.length || (key < other ? -1 : 1),
    )
    .map(
      ([
        ,
        {
          act: { operation, value, origin, line, noted },
          bits,
          runs,
        },
      ]) => ({
        operation,
        value,
        origin,
        line,
        noted,
        bits: rangeOf(bits),
        runs: runs.toSorted(),
      }),
    );
}

function rangeOf(bits: readonly number[]): string {
  const [least, most] = [Math.min(...bits).toFixed(1), Math.max(...bits).toFixed(1)];
  return least === most ? least : `${least}–${most}`;
}
