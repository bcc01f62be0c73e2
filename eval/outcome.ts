import { type Finding, Severity } from "../schemas/index.ts";
import type { RecordedLog } from "./log.ts";
import type { Audience, Shown } from "./pass-store.ts";
import type { Truth } from "./recorded.ts";
import type { Scored } from "./score.ts";

/** What was said of one run. */
export interface RunOutcome {
  readonly run: string;
  readonly identity: string;
  /** When the log took its last action, milliseconds since 1970. */
  lastMs: number;
  actions: number;
  /** Whether a finding that opens an episode is about its session. */
  flagged: boolean;
  /** The highest score of its actions, in bits. */
  score: number;
  /** `seq` of the actions that such findings cite. */
  readonly seqs: Set<number>;
  /** Rules of such findings. */
  readonly rules: Set<string>;
}

/** An action as far as findings refer to it. */
export interface Cited {
  readonly run: string;
  readonly seq: number;
  readonly truth: Truth | undefined;
}

/** What was noted on an action of which the file says what it was. */
export interface NotedAction extends Cited {
  readonly identityId: string;
  readonly atUs: number;
  readonly score: number;
  /** As `rule/name`. */
  readonly signals: readonly string[];
}

/** From this severity on a finding opens an episode. */
const opensFrom = Severity.options.indexOf("medium");

export const opens = ({ severity }: Pick<Finding, "severity">): boolean =>
  Severity.options.indexOf(severity) >= opensFrom;

/** Which of the recorded actions one is; where nobody recorded that, its session and step say it. */
export function placeOf(log: RecordedLog, { view, offset, index, step }: Shown): Cited {
  const told = log.recorded[offset]?.[index];
  return { run: told?.run ?? view.sessionId, seq: told?.seq ?? step, truth: told?.truth };
}

/** Everything one pass said, put together by run. */
export class Outcome implements Audience {
  readonly runs = new Map<string, RunOutcome>();
  readonly findings: Finding[] = [];
  readonly cited = new Map<string, Cited>();
  /** Actions on which something was noted, by id, where the file says what they were. */
  readonly noted = new Map<string, NotedAction>();
  /** How often each signal was noted on an action. */
  readonly signals = new Map<string, number>();
  actions = 0;
  deadLetters = 0;
  readonly #log: RecordedLog;

  constructor(log: RecordedLog) {
    this.#log = log;
  }

  action(shown: Shown): void {
    const { view, id, score, signals } = shown;
    const { run, seq, truth } = placeOf(this.#log, shown);
    this.actions += 1;
    this.cited.set(id, { run, seq, truth });
    if (truth !== undefined && signals.length > 0) {
      const { identityId, startedAtUs: atUs } = view;
      this.noted.set(id, { run, seq, truth, identityId, atUs, score, signals: [...signals] });
    }
    const outcome = this.#run(run, view.identityId);
    outcome.actions += 1;
    outcome.lastMs = Math.max(outcome.lastMs, view.atMs);
    if (score > outcome.score) outcome.score = score;
    for (const signal of signals) this.signals.set(signal, (this.signals.get(signal) ?? 0) + 1);
  }

  /** Of a chunk its actions are told before its findings. */
  finding(finding: Finding): void {
    this.findings.push(finding);
    // What is about an identity and a time is about no run.
    if (finding.sessionId === "" || !opens(finding)) return;
    const [own] = finding.actionIds;
    const run = own === undefined ? undefined : this.cited.get(own)?.run;
    if (run === undefined) return;
    const outcome = this.#run(run, finding.identityId);
    outcome.flagged = true;
    outcome.rules.add(finding.rule);
    for (const id of finding.actionIds) {
      const cited = this.cited.get(id);
      if (cited?.run === run) outcome.seqs.add(cited.seq);
    }
  }

  deadLetter(): void {
    this.deadLetters += 1;
  }

  #run(run: string, identity: string): RunOutcome {
    const known = this.runs.get(run);
    if (known !== undefined) return known;
    const made: RunOutcome = {
      run,
      identity,
      lastMs: 0,
      actions: 0,
      flagged: false,
      score: 0,
      seqs: new Set(),
      rules: new Set(),
    };
    this.runs.set(run, made);
    return made;
  }
}

/** What was said of each run, as scores need it. */
export function saidOf({ runs }: Outcome): ReadonlyMap<string, Scored> {
  return new Map(
    [...runs].map(([run, { flagged, score, seqs }]) => [
      run,
      { flagged, score, cites: (seq: number) => seqs.has(seq) },
    ]),
  );
}

/** A line for each run that isn't wholly before an instant, as a scorer reads it. */
export function* resultLines({ runs }: Outcome, fromMs: number): Generator<string> {
  for (const { run, lastMs, flagged, score, seqs } of runs.values())
    if (lastMs >= fromMs)
      yield `${JSON.stringify({ run_id: run, flagged, score, seqs: [...seqs].toSorted((a, b) => a - b) })}\n`;
}
