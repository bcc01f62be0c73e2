/** How much lineage may hold and how far it looks; past a limit it forgets or cuts, and counts that. */
export interface LineageLimits {
  /** Sessions held at once; past that the one used longest ago is forgotten. */
  readonly sessionsMax: number;
  /** Words held over all sessions, 17 bytes each; past that sessions used longest ago are forgotten. */
  readonly tokensMax: number;
  /** Words of tool outputs held of a session; past that its oldest are forgotten. */
  readonly tokensPerSessionMax: number;
  /** Words of prompts held of a session, and as many of system texts. */
  readonly promptTokensMax: number;
  /** Texts of one kind (prompts, system texts, tool outputs) held of a session. */
  readonly textsPerSessionMax: number;
  /** Characters read of one text: half from its start, half from its end. */
  readonly charsPerTextMax: number;
  /** Characters read of one value of a call. */
  readonly charsPerValueMax: number;
  /** Runs of three words of one call whose origin is looked for. */
  readonly shinglesPerCallMax: number;
  /** Arguments of one call that are told of. */
  readonly argsMax: number;
  /** Depth to which a structured value is walked. */
  readonly depthMax: number;
  /** Parts of one structured value that are looked at. */
  readonly partsMax: number;
  /** Places of a text that are compared with one value. */
  readonly placesMax: number;
}

/**
 * What is held unless told otherwise: at most about 36 MB (2 million words of 17 bytes) for the whole process, of which
 * one session has 1.7 MB at most, beside a list of its texts (100 bytes each). Words held may pass `tokensMax` by what
 * the session in use grows until the book is asked next.
 */
export const lineageLimits: LineageLimits = {
  sessionsMax: 1_000,
  tokensMax: 2_097_152,
  tokensPerSessionMax: 65_536,
  promptTokensMax: 16_384,
  textsPerSessionMax: 4_096,
  charsPerTextMax: 65_536,
  charsPerValueMax: 8_192,
  shinglesPerCallMax: 2_048,
  argsMax: 64,
  depthMax: 16,
  partsMax: 10_000,
  placesMax: 512,
};

/** What the limits cost since the start. */
export interface LineageCounts {
  /** Sessions forgotten to make room. */
  sessionsForgotten: number;
  /** Texts forgotten to make room in their session. */
  textsForgotten: number;
  /** Texts that came again while they were held, as most frameworks send the whole conversation each turn. */
  textsRepeated: number;
  /** Texts of which only start and end were read. */
  textsCut: number;
  /** Values of calls of which only the start was read, or only the first of their runs of words looked for. */
  valuesCut: number;
  /** Structured values that were not walked to their end. */
  walksCut: number;
  /** Searches that looked at the newest places only. */
  searchesCut: number;
  /** Words held now, over all sessions, room that waits to be filled included. */
  tokensHeld: number;
}

/** Counts of a book that has seen nothing. */
export function newCounts(): LineageCounts {
  return {
    sessionsForgotten: 0,
    textsForgotten: 0,
    textsRepeated: 0,
    textsCut: 0,
    valuesCut: 0,
    walksCut: 0,
    searchesCut: 0,
    tokensHeld: 0,
  };
}
