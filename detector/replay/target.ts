import type { ReplaySpan } from "./span-of-line.ts";

/** What a target answered once it had taken a batch. */
export interface Taken {
  readonly rejected: number;
  /** In the target's words, empty when it said nothing. */
  readonly message: string;
}

/** Where a replay goes. */
export interface ReplayTarget {
  /** Names it in the resume file and in errors; never holds a credential. */
  readonly name: string;
  /** Resolves once the target has the spans for good; may be given the same spans again after a crash. */
  send(spans: readonly ReplaySpan[], signal?: AbortSignal): Promise<Taken>;
}
