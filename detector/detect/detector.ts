import type { Authority, Severity } from "../../schemas/index.ts";
import type { AttributedAction } from "../attribute/action.ts";
import type { Evidence } from "../learn/evidence.ts";
import type { Json } from "../learn/json.ts";

/** What a detector is shown of one action. */
export interface Examined {
  readonly action: AttributedAction;
  readonly authority: Authority;
  /** What was known of the identity before this action. */
  readonly evidence: Evidence;
}

/** What a detector has to say: why in numbers, and what makes it this finding and no other. */
export interface Signal {
  /** Which of the detector's signals it is; noted on the action as `rule/name`. */
  readonly name: string;
  readonly severity: Severity;
  readonly title: string;
  /** Said once per identity and cause. */
  readonly cause: string;
  readonly why: Readonly<Record<string, number | string | boolean>>;
  /**
   * SELECT over the views of the store that recomputes the numbers of `why` under the same names. `{before}` stands for
   * the condition "the identity's actions that came before this one", which the engine fills in.
   */
  readonly sql: string;
}

/**
 * One detector: what it remembers of an identity, and one pure question about each action. It never sees the clock, the
 * store or another identity. Adding one = this file's shape + a file of cases + one line in `index.ts`.
 */
export interface Detector<Memory extends Json = Json> {
  /** The rule's id is its file's name; it is part of each finding's id, so it never changes. */
  readonly id: string;
  /** Rises when the detector would answer otherwise on the same actions. */
  readonly version: number;
  /** Memory of an identity never seen. */
  readonly initial: Memory;
  /** Judges an action; the signals are empty when nothing is worth saying. */
  examine(examined: Examined, memory: Memory): readonly Signal[];
  /** What it remembers after the action. Late actions and duplicates are not learned. */
  learn(examined: Examined, memory: Memory): Memory;
}
