/** A sender's clock may be set back by this much without its numbers counting as begun anew. */
export const clockStepUs = 1_000_000;
