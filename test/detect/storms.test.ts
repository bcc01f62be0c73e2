/**
 * Goal: a detector that says too much of too many is noted and calls nobody, for the hour, and one finding says so; no single
 * identity and no other tenant brings that about, and it is the same however the log is cut.
 * Method: a detector that speaks of everything; single cases by name, and generated logs against a slow twin.
 */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { AttributedAction } from "../support/actions.ts";
import { builtAtUs, judgedWith } from "../support/build.ts";
import { loud } from "../support/loud.ts";
import { Engine, type Judged, type PlainStepped } from "../support/stepped.ts";

const hourUs = 3_600_000_000;
const name = (number: number): string => `agent:n${String(number)}`;
const act = (offset: number, identity: number, hour = 0, parts: Partial<AttributedAction> = {}): Judged =>
  judgedWith(offset, {
    identityId: name(identity),
    startedAtUs: builtAtUs + hour * hourUs + offset,
    ...parts,
  });
/** So many actions each of so many identities. */
const crowd = (identities: number, each: number, hour = 0, from = 0): Judged[] =>
  Array.from({ length: identities * each }, (_, nth) => act(from + nth, nth % identities, hour));

const run = (log: readonly Judged[], detector = loud()): PlainStepped => new Engine([detector]).step(log);
const storms = ({ findings }: PlainStepped) => findings.filter(({ rule }) => rule === "detector-storm");
const hiddenOf = ({ findings }: PlainStepped) =>
  findings.filter(({ rule }) => rule === "loud").map(({ hidden }) => hidden?.by !== undefined);

describe("a storm", () => {
  test("is told of once, at the finding that is one too many; what follows within the hour calls nobody", () => {
    const answer = run(crowd(20, 5));
    expect(hiddenOf(answer)).toEqual(Array.from({ length: 100 }, (_, nth) => nth > 50));
    expect(storms(answer)).toHaveLength(1);
    expect(storms(answer)[0]).toMatchObject({
      severity: "medium",
      identityId: name(10),
      why: { rule: "loud", since: "2026-03-02 09:00", findings: 51, identities: 20, knownIdentities: 20 },
      title:
        "loud speaks of too much at once: what else it finds within the hour from 2026-03-02 09:00 is noted and calls nobody",
    });
    expect(answer.findings.at(-1)).toMatchObject({
      severity: "info",
      hidden: { by: "storm 2026-03-02 09:00", severity: "medium" },
    });
    // Each of the twenty was told of before, and the storm itself.
    expect(answer.alerts).toHaveLength(21);
  });

  test("is over with the hour", () => {
    const answer = run([...crowd(20, 5), ...crowd(20, 1, 1, 200)]);
    expect(hiddenOf(answer).slice(100)).toEqual(Array(20).fill(false));
  });

  test("keeps nothing from being said afterwards", () => {
    const same = loud({}, true);
    const log = [...crowd(60, 1), ...crowd(60, 1, 1, 200)];
    // Those that were hidden are said in the next hour, the others were said already.
    expect(hiddenOf(run(log, same))).toEqual([
      ...Array.from({ length: 60 }, (_, nth) => nth > 50),
      ...Array<boolean>(9).fill(false),
    ]);
  });

  test.each([
    { what: "one identity, however much it does", log: crowd(1, 500) },
    { what: "ten identities", log: crowd(10, 60) },
    { what: "fifty findings", log: crowd(50, 1) },
    {
      what: "many hours",
      log: Array.from({ length: 30 }, (_, hour) => crowd(20, 2, hour, hour * 100)).flat(),
    },
  ])("is none of $what", ({ log }) => {
    expect(storms(run(log))).toEqual([]);
  });

  test("is one of more than two in a hundred identities, where there are a thousand", () => {
    const silent = loud({ id: "silent" });
    const quiet = { ...silent, examine: () => [] };
    const engine = new Engine([quiet]);
    engine.step(Array.from({ length: 1000 }, (_, nth) => act(nth, nth)));
    const speaking = new Engine([loud()]);
    speaking.states.storms.get("\0\0default").identities = 1000;
    expect(engine.states.storms.get("\0\0default").identities).toBe(1000);
    // Those of the twenty are known by then.
    const answer = speaking.step(crowd(22, 1, 0, 5000));
    expect(storms(answer)[0]?.why).toMatchObject({ findings: 21, identities: 21 });
    const few = new Engine([loud()]);
    few.states.storms.get("\0\0default").identities = 900;
    expect(storms(few.step(crowd(22, 1, 0, 5000)))).toEqual([]);
  });

  test.each(["authority", "integrity"] as const)("is never one of %s", (family) => {
    const answer = run(crowd(20, 5), loud({ family }));
    expect([storms(answer), hiddenOf(answer).includes(true)]).toEqual([[], false]);
  });

  test("is its tenant's alone", () => {
    const other = act(900, 1, 0, { tenant: "acme" });
    const answer = run([...crowd(20, 5), other]);
    expect(hiddenOf(answer).at(-1)).toBe(false);
  });
});

/** The rule in words of its own: which findings are hidden. */
function twin(log: readonly Judged[]): readonly boolean[] {
  const said = new Map<number, Map<string, number>>();
  const stormy = new Set<number>();
  return log.map(({ action: { identityId, startedAtUs } }) => {
    const hour = Math.floor(startedAtUs / hourUs);
    if (stormy.has(hour)) return true;
    const counts = said.get(hour) ?? new Map<string, number>();
    said.set(hour, counts);
    counts.set(identityId, (counts.get(identityId) ?? 0) + 1);
    const findings = [...counts.values()].reduce((sum, one) => sum + Math.min(one, 5), 0);
    if (findings > 50) stormy.add(hour);
    return false;
  });
}

const anyLog = fc
  .array(fc.record({ identity: fc.nat({ max: 30 }), hour: fc.constantFrom(0, 0, 0, 1, 2) }), {
    minLength: 60,
    maxLength: 250,
    size: "max",
  })
  .map((acts) => acts.map(({ identity, hour }, nth) => act(nth, identity, hour)));

test("agrees with its twin, however the log is cut and whoever goes on with it", () => {
  fc.assert(
    fc.property(
      anyLog,
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }),
      (log, cuts) => {
        const whole = new Engine([loud()]);
        const all = whole.step(log);
        expect(hiddenOf(all)).toEqual(twin(log));
        let engine = new Engine([loud()]);
        const rows: PlainStepped[] = [];
        for (let at = 0, turn = 0; at < log.length; turn += 1) {
          const length = cuts[turn % cuts.length]!;
          rows.push(engine.step(log.slice(at, at + length)));
          at += length;
        }
        expect(rows.flatMap(({ findings }) => findings)).toEqual(all.findings);
        expect(rows.flatMap(({ alerts }) => alerts)).toEqual(all.alerts);
        expect(engine.packed()).toEqual(whole.packed());
      },
    ),
    { numRuns: 30 },
  );
});
