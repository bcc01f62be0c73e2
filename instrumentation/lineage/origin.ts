/** Where a value came from: the first text of the session that holds it, prompts before system texts before outputs. */
export type Origin = "prompt" | "system" | "none" | `tool:${string}`;

/** What is known of the arguments of one call. Nothing of the values is in it. */
export interface Assessment {
  /** One entry a top-level argument, in the call's order; of a list or an object the origin of its weakest part. */
  readonly args: readonly ArgumentOrigin[];
  /** Share, 0 to 1, of the free text that is copied from tool outputs and not from a prompt (runs of three words). */
  readonly copiedShare: number;
  /** Share, 0 to 1, of the free text that is in a prompt. */
  readonly promptedShare: number;
  /** Whether a prompt asks for an operation of this class; true where the operation's class is unknown. */
  readonly asked: boolean;
}

/** Where one argument came from. */
export interface ArgumentOrigin {
  readonly name: string;
  readonly origin: Origin;
  /** Whether it came out of an instruction-like passage of a tool output. */
  readonly instructed: boolean;
}

/** The weaker of two: none, then tools, system, prompt; of two tools the first. */
export function weaker(one: Origin, other: Origin): Origin {
  return strength(other) < strength(one) ? other : one;
}

function strength(origin: Origin): number {
  if (origin === "none") return 0;
  if (origin === "system") return 2;
  return origin === "prompt" ? 3 : 1;
}
