import fc from "fast-check";
import { type Entry, type LogSpan, recordsOf, type SimulatedLog, type Trouble, troubles } from "./log.ts";

/** One simulated installation: what its log holds and how it is read. All of it follows from the seed. */
export interface Scenario {
  readonly seed: number;
  readonly trouble: Trouble;
  /** One log a partition. */
  readonly logs: readonly SimulatedLog[];
  readonly processes: number;
  /** How long actions wait for what ended before them; 0 for not at all. */
  readonly windowMs: number;
  /** New identities that a source may bring within an hour; 0 for any number. */
  readonly newPerHourMax: number;
  /** Whether logs grow: where a partition was read to is its end, whenever the log is asked. */
  readonly isRestless: boolean;
  /** Most records handed over at once. */
  readonly batchMax: number;
  /** Most records of a chunk, by the processes in turn: not all are configured alike. */
  readonly recordsMax: readonly number[];
  /** After how many turns of the world the group deals out anew by itself. */
  readonly rebalances: readonly number[];
}

const anySpan: fc.Arbitrary<LogSpan> = fc.record({
  identity: fc.nat({ max: 2 }),
  operation: fc.constantFrom("read", "write", "delete"),
  gapMs: fc.integer({ min: 1, max: 30_000 }),
  kind: fc.constantFrom("action", "action", "action", "action", "no action", "unreadable"),
  lateMs: fc.integer({ min: 660_000, max: 3_000_000 }),
  isLate: fc.boolean(),
  delayMs: fc.nat({ max: 2000 }),
  stepMs: fc.nat({ max: 2000 }),
});

const anyEntry: fc.Arbitrary<Entry> = fc.record({
  spans: fc.array(anySpan, { minLength: 1, maxLength: 2 }),
  source: fc.constantFrom("", "", "ci"),
  isGarbage: fc.constantFrom(true, false, false, false, false, false, false, false),
  /** Which earlier record comes again behind this one, and which earlier span within it. */
  again: fc.option(fc.nat({ max: 50 })),
  spanAgain: fc.option(fc.nat({ max: 50 })),
});

const anyScenario = fc.record({
  logs: fc.array(fc.array(anyEntry, { minLength: 2, maxLength: 3 }), { minLength: 1, maxLength: 2 }),
  processes: fc.integer({ min: 2, max: 3 }),
  windowMs: fc.constantFrom(0, 1000, 2000),
  newPerHourMax: fc.constantFrom(0, 0, 1, 2),
  isRestless: fc.constantFrom(true, false, false, false),
  batchMax: fc.integer({ min: 1, max: 4 }),
  recordsMax: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  rebalances: fc.array(fc.nat({ max: 60 }), { maxLength: 2 }),
});

/** The scenario of a seed; seeds take the troubles in turn. */
export function scenarioOf(seed: number): Scenario {
  const trouble = troubles[seed % troubles.length] ?? "none";
  const [drawn] = fc.sample(anyScenario, { seed, numRuns: 1 });
  if (drawn === undefined) throw new Error("fast-check gave no scenario");
  const logs = drawn.logs.map((entries, partition) => recordsOf(partition, entries, trouble, drawn.windowMs));
  return { ...drawn, seed, trouble, logs };
}
