import type { Decided } from "../authorise/authority-of.ts";
import type { StandingNow } from "../../policy/standings.ts";
import type { Authority, EvidenceKind, Finding, Hint, Severity } from "../../schemas/index.ts";
import type { Evidence } from "../learn/evidence.ts";
import type { Memory } from "../learn/memory.ts";
import type { ActionView } from "./action-view.ts";

/** What a detector is shown of one action; good until the next one. */
export interface Examined {
  readonly action: ActionView;
  readonly authority: Authority;
  /** What people decided: tasks, approvals, standings, owners. */
  readonly decided: Decided;
  /** What the identity might do when the action began, as persons said it and playbooks answered before. */
  readonly standing: StandingNow;
  /** What was known of the identity before this action. */
  readonly evidence: Evidence;
  /** What the detectors asked before this one noticed of the action; good until the next one. */
  readonly noticed: readonly NoticedBy[];
}

/** Something noticed of an action: noted on it as `rule/name`, whether or not a finding is made of it. */
export interface Noticed {
  readonly name: string;
  /** How far from the identity's habit it is; the most of them is the action's score. */
  readonly bits?: number;
}

/** The same, and by whom. */
export interface NoticedBy extends Noticed {
  readonly rule: string;
  /** Of a finding; undefined where it was only noticed. */
  readonly severity: Severity | undefined;
  /** The kinds of evidence it rests on. */
  readonly evidence: readonly EvidenceKind[];
}

/** What a detector has to say: what makes it this finding and no other. */
export interface Signal extends Noticed {
  readonly severity: Severity;
  /** Said once per identity and cause. */
  readonly cause: string;
  /** Actions before this one that it is about as well, by id; the finding cites them after this one. */
  readonly cites?: readonly string[];
  /** `false` where it is about the identity and a time, and the session in which it shows is chance; the finding names none then. */
  readonly session?: false;
  /** The kinds of evidence it rests on; those of the detector's family unless told. */
  readonly evidence?: readonly EvidenceKind[];
  /** Whether the identity's own habit speaks, or its peers' alone; the former unless told. Where it is told, severity stays as it is under the gate. */
  readonly confidence?: Finding["confidence"];
  /** The words of the finding; asked for, before anything is learned, when it has not been said yet. */
  readonly tell: () => Told;
}

/** A finding in words and numbers. */
interface Told {
  readonly title: string;
  /** What the identity did, as the title of its episode says it after its name; made of the action unless told. */
  readonly did?: string;
  readonly why: Readonly<Record<string, number | string | boolean>>;
  /**
   * SELECT over the views of the store that recomputes the numbers of `why` under the same names. `{before}` stands for
   * the condition "the identity's actions that came before this one", which the engine fills in.
   */
  readonly sql: string;
  readonly hint?: Hint;
  /** What speaks for each, as `abuse: …`. */
  readonly hintWhy?: readonly string[];
}

/** What kind of question a detector asks: of what people decided, of habit, of several actions together, of the telemetry itself. */
export type Family = "authority" | "behaviour" | "correlation" | "integrity";

/**
 * One detector: what it remembers of an identity, and one pure question about each action. It never sees the clock, the
 * store or another identity. Adding one = this file's shape + a file of cases + one line in `index.ts`.
 */
export interface Detector<Remembered extends Memory = Memory> {
  /** The rule's id is its file's name; it is part of each finding's id, so it never changes. */
  readonly id: string;
  /** Rises when the detector would answer otherwise on the same actions, or remembers otherwise: it then begins anew. */
  readonly version: number;
  readonly family: Family;
  /** Memory of an identity never seen: blocks of `learn/`, each bounded. */
  newMemory(): Remembered;
  /** Judges an action; the signals are empty when nothing is worth saying. */
  examine(examined: Examined, memory: Remembered): readonly (Noticed | Signal)[];
  /**
   * Notes the action in the habit. Late actions, duplicates and what comes while the baseline is frozen are not learned from.
   * `signals` is what `examine` said, nothing while all is accepted.
   */
  learn(examined: Examined, memory: Remembered, signals: readonly Noticed[]): void;
  /** Notes what belongs to the running session and not to the habit; called after `learn`, also while the baseline is frozen. */
  follow?(examined: Examined, memory: Remembered, signals: readonly Noticed[]): void;
  /** Hears of a finding that was made, by whichever detector: before it is itself asked about the action. */
  hear?(finding: Finding, evidence: Evidence, memory: Remembered): void;
}

/** Whether it compares with what was before: authority and telemetry have no habit, and what people decided needs none. */
export function isOfHabit({ family }: Pick<Detector, "family">): boolean {
  return family === "behaviour" || family === "correlation";
}
/** The kind of evidence that a detector brings unless it says so itself. */
export const evidenceOf: Readonly<Record<Family, readonly EvidenceKind[]>> = {
  authority: ["authority"],
  behaviour: ["novelty"],
  correlation: ["correlation"],
  integrity: ["integrity"],
};

/** What a detector says that has nothing to say. */
export const quiet: readonly Signal[] = [];

/** Memory of a detector that needs none. */
export const noMemory: Memory = {};
