/** An action as sessions are compared by it: what was done, on what kinds of things, with values from where. */
export interface Step {
  readonly operation: string;
  readonly kinds: readonly string[];
  readonly origins: readonly string[];
}

/** Where two sessions go apart: the step, from 1, and what each did; an empty text where it had ended. */
interface Difference {
  readonly step: number;
  readonly here: string;
  readonly there: string;
}

/**
 * The first step at which two sessions differ.
 *
 * @returns null when they are the same, step by step.
 * @example
 * firstDifference([{ operation: "read", kinds: [], origins: [] }], []) // { step: 1, here: "read", there: "" }
 */
export function firstDifference(here: readonly Step[], there: readonly Step[]): Difference | null {
  for (let at = 0; at < Math.max(here.length, there.length); at += 1) {
    const [mine, other] = [stepText(here[at]), stepText(there[at])];
    if (mine !== other) return { step: at + 1, here: mine, there: other };
  }
  return null;
}

function stepText(step: Step | undefined): string {
  if (step === undefined) return "";
  const { operation, kinds, origins } = step;
  const parts = kinds.map((kind, at) => {
    const origin = origins[at] ?? "";
    return origin === "" ? kind : `${kind} from ${origin}`;
  });
  return parts.length === 0 ? operation : `${operation} (${parts.join(", ")})`;
}
