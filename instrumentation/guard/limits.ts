/** What a guard holds of what it is told, and of what it asks, at most. */
export const guardLimits = {
  /** Identities of one process that are asked about. */
  identitiesMax: 100,
  /** Of the query that names them: servers end a request's head at 16 KiB. */
  queryBytesMax: 12_000,
  /** One event; the first one holds all that stands. */
  eventBytesMax: 16 * 1024 * 1024,
  /** Entries that are folded until all that stands is asked for anew. */
  recordsMax: 50_000,
  /** What these entries were long, in characters. */
  recordCharsMax: 64 * 1024 * 1024,
  /** Three beats of the server; a connection that says nothing for longer is given up. */
  silenceMs: 15_000,
  /** A service that knows less than was told is not believed until nothing else was heard for this long. */
  behindMs: 30_000,
  /** Longest pause between two tries to connect. */
  pauseMsMax: 5_000,
  /** Identities that are named for the first time within this time are asked for together. */
  gatherMs: 20,
  /** Approvals of this process that are under way. */
  approvalsMax: 1_000,
  /** Of an argument: how deep and how large it may be to be digested. */
  argumentDepthMax: 32,
  argumentPartsMax: 10_000,
  argumentCharsMax: 4 * 1024 * 1024,
  argumentsMax: 64,
  argumentNameCharsMax: 128,
} as const;
