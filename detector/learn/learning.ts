/** When the log's time says that all is taken for normal, and from when on nothing new is learned. */
export interface Learning {
  /** What the log took before this instant is accepted: learned from, and not asked of detectors of behaviour. Microseconds since 1970. */
  readonly acceptedUntilUs: number;
  /** From this instant on baselines stay as they are. */
  readonly frozenFromUs: number;
}

/** Nothing is accepted beforehand, and learning never ends. */
export const alwaysLearning: Learning = { acceptedUntilUs: 0, frozenFromUs: Number.POSITIVE_INFINITY };

/** The same, of instants as people write them. */
export function learningOf({
  acceptedUntil,
  frozenFrom,
}: {
  readonly acceptedUntil?: string;
  readonly frozenFrom?: string;
}): Learning {
  return {
    acceptedUntilUs: acceptedUntil === undefined ? 0 : Date.parse(acceptedUntil) * 1000,
    frozenFromUs: frozenFrom === undefined ? Number.POSITIVE_INFINITY : Date.parse(frozenFrom) * 1000,
  };
}
