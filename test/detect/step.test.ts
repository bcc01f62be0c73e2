/**
 * Goal: the same log gives the same rows and the same states, byte for byte, however it is cut and however often it is
 * read.
 * Method: logs of a few identities are generated, with duplicates, late actions and wrong clocks, and run in random cuts.
 */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { ByteWriter } from "../../detector/bytes.ts";
import { detectors } from "../../detector/detect/index.ts";
import { stateKey } from "../../detector/detect/step.ts";
import { packMemory } from "../../detector/learn/memory.ts";
import { actionWith, builtAtUs, judgedWith, spanIdOf } from "../support/build.ts";
import { Engine, type Judged, stepped } from "../support/stepped.ts";

interface Ran {
  readonly actions: readonly string[];
  readonly findings: readonly string[];
  readonly alerts: readonly string[];
  readonly states: readonly string[];
  readonly duplicates: number;
}

/** Runs a log in steps of the given lengths, repeated as long as the log goes on. */
function run(log: readonly Judged[], cuts: readonly number[] = [log.length], room = 1024): Ran {
  const engine = new Engine(detectors, room);
  const rows: Record<"actions" | "findings" | "alerts", string[]> = { actions: [], findings: [], alerts: [] };
  let duplicates = 0;
  for (let at = 0, turn = 0; at < log.length; turn += 1) {
    const length = Math.max(1, cuts[turn % cuts.length] ?? 1);
    const answer = engine.step(log.slice(at, at + length));
    at += length;
    for (const name of ["actions", "findings", "alerts"] as const)
      rows[name].push(...answer[name].map((one) => JSON.stringify(one)));
    duplicates += answer.duplicates;
  }
  return {
    ...rows,
    states: [...engine.packed()].map(([key, { packed }]) => `${key}=${packed.toString("hex")}`).toSorted(),
    duplicates,
  };
}

/** A log with a habit long enough for the gate, then whatever was generated. */
const acts = fc.record({
  ordinal: fc.nat({ max: 40 }),
  identityId: fc.constantFrom("agent:triage", "agent:other"),
  operation: fc.constantFrom("tickets.open", "mail.send", "db.drop"),
  hoursOff: fc.constantFrom(0, 0, 0, -1, -50, 2),
  sessionId: fc.constantFrom("s1", "s2"),
});
const logs = fc
  .array(acts, { maxLength: 40, size: "max" })
  .map((all) => [...habit, ...all.map((one, at) => judgedOf(one, habit.length + at))]);
const hourUs = 3_600_000_000;
const habit = Array.from({ length: 220 }, (_, n) =>
  judgedWith(n, {
    startedAtUs: builtAtUs + n * hourUs,
    sessionId: `day-${Math.floor(n / 24)}`,
    operation: "tickets.open",
  }),
);

function judgedOf(act: typeof acts extends fc.Arbitrary<infer T> ? T : never, offset: number): Judged {
  const { ordinal, hoursOff, ...parts } = act;
  const startedAtUs = builtAtUs + (220 + ordinal + hoursOff) * hourUs;
  const one = judgedWith(offset, { ...parts, spanId: spanIdOf(10_000 + ordinal), startedAtUs });
  return { ...one, position: { ...one.position, atMs: builtAtUs / 1000 + (221 + ordinal) * 3_600_000 } };
}

/** The same log, in which all others did something else: where an action stands in the log stays as it is. */
const amongOthers = (all: readonly Judged[]): Judged[] =>
  all.map((one) =>
    one.action.identityId === "agent:triage"
      ? one
      : { ...one, action: { ...one.action, identityId: "agent:elsewhere", operation: "other.work" } },
  );

/** The same action, said by somebody else, or at another time: none of these is a duplicate. */
const copies: readonly { name: string; parts: Partial<Judged["action"]> }[] = [
  { name: "another identity", parts: { identityId: "agent:other" } },
  { name: "another tenant", parts: { tenant: "acme" } },
  { name: "another start", parts: { startedAtUs: builtAtUs + 1 } },
];

describe("a duplicate", () => {
  test.each(copies)("is none with $name, within a step and after it", ({ parts }) => {
    const one = judgedWith(0);
    const other = { ...one, action: actionWith({ spanId: one.action.spanId, ...parts }) };
    expect(stepped([one, other], detectors).duplicates).toBe(0);
    for (const room of [1, 1024]) {
      const engine = new Engine(detectors, room);
      engine.step([one]);
      expect(engine.step([other, one, other])).toMatchObject({ duplicates: 2, actions: [{}] });
    }
  });

  test("is known however much came between, and within a step of more actions than are remembered", () => {
    const log = Array.from({ length: 40 }, (_, n) =>
      judgedWith(n, { startedAtUs: builtAtUs + (n % 7) * hourUs }),
    );
    const engine = new Engine(detectors, 2);
    expect(engine.step([...log, ...log]).duplicates).toBe(log.length);
    expect(engine.step(log.toReversed()).duplicates).toBe(log.length);
  });

  test("of an action that is forgotten in the very step that brings it again is known", () => {
    const log = Array.from({ length: 4 }, (_, n) => judgedWith(n, { startedAtUs: builtAtUs + n * hourUs }));
    const engine = new Engine(detectors, 4);
    engine.step(log);
    const more = Array.from({ length: 3 }, (_, n) =>
      judgedWith(10 + n, { startedAtUs: builtAtUs + (9 + n) * hourUs }),
    );
    expect(engine.step([...more, log[0]!]).duplicates).toBe(1);
  });
});

describe("whatever the log", () => {
  test("any cut into steps gives the same rows and states, however few actions are remembered", () => {
    fc.assert(
      fc.property(
        logs,
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(1, 2, 16, 1024),
        (log, cuts, room) => {
          expect(run(log, cuts, room)).toEqual(run(log));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a span delivered again gives no row and changes nothing but the count", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 219 }), { maxLength: 10 }), (repeated) => {
        const { duplicates, ...rest } = run(
          habit.flatMap((one, at) => (repeated.includes(at) ? [one, one] : [one])),
        );
        expect({ ...rest, duplicates }).toEqual({ ...run(habit), duplicates: repeated.length });
      }),
      { numRuns: 30 },
    );
  });

  test("one identity's actions say nothing of another's", () => {
    fc.assert(
      fc.property(logs, (log) => {
        const key = stateKey(actionWith());
        const stateOf = (all: readonly Judged[]): unknown =>
          run(all).states.find((one) => one.startsWith(`${key}=`));
        expect(stateOf(log)).toEqual(stateOf(amongOthers(log)));
      }),
      { numRuns: 30 },
    );
  });
});

/** What the detectors remember of the built identity, as text. */
function memoriesOf(engine: Engine): string {
  const writer = new ByteWriter();
  for (const memory of engine.states.find(stateKey(actionWith()))!.memories) packMemory(memory, writer);
  return writer.finish().toString("hex");
}

describe("an action", () => {
  const minuteUs = 60_000_000;
  const endUs = builtAtUs + 219 * hourUs;
  /** Where the next action ends: its work takes a millisecond. */
  const lastUs = endUs + 1000;
  const cases: readonly {
    name: string;
    endedAtUs: number;
    atUs?: number;
    late: boolean;
    clockSuspect: boolean;
    learned: boolean;
  }[] = [
    {
      name: "in order is learned",
      endedAtUs: lastUs + minuteUs,
      late: false,
      clockSuspect: false,
      learned: true,
    },
    {
      name: "that ended with the last is in order",
      endedAtUs: lastUs,
      late: false,
      clockSuspect: false,
      learned: true,
    },
    {
      name: "five minutes behind is late, and learned",
      endedAtUs: lastUs - 5 * minuteUs,
      late: true,
      clockSuspect: false,
      learned: true,
    },
    {
      name: "more than five minutes behind is late, and moves no baseline",
      endedAtUs: lastUs - 5 * minuteUs - 1,
      late: true,
      clockSuspect: false,
      learned: false,
    },
    {
      name: "five minutes ahead of the log's clock is learned",
      endedAtUs: endUs + 10 * minuteUs,
      atUs: endUs + 5 * minuteUs,
      late: false,
      clockSuspect: false,
      learned: true,
    },
    {
      name: "more than five minutes ahead has a suspect clock, and moves no baseline",
      endedAtUs: endUs + 10 * minuteUs + 1,
      atUs: endUs + 5 * minuteUs,
      late: false,
      clockSuspect: true,
      learned: false,
    },
  ];
  test.each(cases)("$name", ({ endedAtUs, atUs, late, clockSuspect, learned }) => {
    const engine = new Engine(detectors);
    engine.step(habit);
    const before = memoriesOf(engine);
    const one = judgedWith(500, { startedAtUs: endedAtUs - 1000, operation: "tickets.open" });
    const atMs = atUs === undefined ? one.position.atMs : atUs / 1000;
    const judged = { ...one, position: { ...one.position, atMs } };
    const { actions, changed } = engine.step([judged]);
    expect(actions[0]).toMatchObject({ late, clockSuspect });
    const state = changed.get(stateKey(judged.action));
    expect(state?.evidence.actions).toBe(habit.length + (learned ? 1 : 0));
    expect(state?.lastAtUs).toBe(learned ? Math.max(lastUs, endedAtUs) : lastUs);
    expect(memoriesOf(engine) === before).toBe(!learned);
  });

  test("with a forged clock can't make all that follows late", () => {
    const forged = judgedWith(500, { startedAtUs: endUs * 2 });
    const position = { ...forged.position, atMs: endUs / 1000 };
    const after = judgedWith(501, { startedAtUs: endUs + minuteUs });
    const engine = new Engine(detectors);
    engine.step(habit);
    const { actions } = engine.step([{ ...forged, position }, after]);
    expect(actions.map((one) => [one.clockSuspect, one.late])).toEqual([
      [true, false],
      [false, false],
    ]);
  });

  test("with a forged clock is reported at the log's time", () => {
    const forged = judgedWith(0, { startedAtUs: endUs * 2 });
    const { findings } = stepped(
      [{ ...forged, position: { ...forged.position, atMs: endUs / 1000 } }],
      detectors,
    );
    expect(findings.map((one) => one.atUs)).toEqual([endUs]);
  });
});
