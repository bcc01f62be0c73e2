import type { Finding, Response } from "../../schemas/index.ts";
import type { IdentityState } from "../learn/identity-state.ts";
import { respond } from "../respond/respond.ts";
import { noteAnswers } from "../respond/standing-of-action.ts";
import { type Detector, type Examined, isOfHabit, type NoticedBy, quiet, type Signal } from "./detector.ts";
import { report, type Said } from "./report.ts";
import { isFinding, noticedIn } from "./signals.ts";
import type { Storms } from "./storms.ts";

/** How an action counts. */
export interface Turn {
  /** When it was done, by the sender's clock where that is believed, else by the log's; microseconds since 1970. */
  readonly usedAtUs: number;
  /** All is accepted: detectors of habit are not asked. */
  readonly isAccepted: boolean;
  /** It becomes part of the habit. */
  readonly learns: boolean;
  /** It becomes part of the running session. */
  readonly follows: boolean;
}

/** Asks every detector about one action after the other. */
export class Asking {
  /** What the detectors asked so far noticed of the action that is asked about. */
  readonly noticed: NoticedBy[] = [];
  /** What playbooks do about the findings. */
  readonly responses: Response[] = [];
  readonly #detectors: readonly Detector[];
  readonly #storms: Storms;
  readonly #say: (said: Said) => void;

  constructor(detectors: readonly Detector[], storms: Storms, say: (said: Said) => void) {
    this.#detectors = detectors;
    this.#storms = storms;
    this.#say = say;
  }

  /** Asks all about an action, and lets them learn it. `examined` shows `noticed`, which is that of this action afterwards. */
  ask(examined: Examined, state: IdentityState, turn: Turn): void {
    const detectors = this.#detectors;
    this.noticed.length = 0;
    for (let nth = 0; nth < detectors.length; nth += 1) {
      const detector = detectors[nth]!;
      const memory = state.memories[nth]!;
      const signals = turn.isAccepted && isOfHabit(detector) ? quiet : detector.examine(examined, memory);
      for (const signal of signals) {
        if (isFinding(signal)) this.#find(examined, state, detector, signal, turn.usedAtUs);
        this.noticed.push(noticedIn(detector, signal));
      }
      if (turn.learns) detector.learn(examined, memory, signals);
      if (turn.follows) detector.follow?.(examined, memory, signals);
    }
  }

  #find(
    examined: Examined,
    state: IdentityState,
    detector: Detector,
    signal: Signal,
    usedAtUs: number,
  ): void {
    const said = report(state, examined, detector, signal, usedAtUs, this.#storms);
    if (said === undefined) return;
    this.#say(said);
    this.#storms.count(detector, examined.action, said.finding);
    this.#tell(said.finding, state);
    this.responses.push(...answersTo(said.finding, signal.name, examined, state));
  }

  /** Tells those who listen of a finding. */
  #tell(finding: Finding, { evidence, memories }: IdentityState): void {
    for (const [nth, detector] of this.#detectors.entries())
      detector.hear?.(finding, evidence, memories[nth]!);
  }
}

/** What playbooks do about a finding; what the identity may do from then on is remembered of it. */
function answersTo(
  finding: Finding,
  signal: string,
  { decided, action, authority }: Examined,
  { ownStanding }: IdentityState,
): readonly Response[] {
  if (finding.hidden !== undefined) return [];
  const answers = respond(decided, finding, signal, action, authority);
  noteAnswers(decided, ownStanding, answers);
  return answers;
}
