/**
 * Goal: a source that brings more new identities within an hour than its quota is told of once, what is beyond is stored
 * and nothing more, and nobody who is known notices.
 * Method: single cases by name; and generated logs of a few sources and hours, in random cuts and with an engine that
 * begins anew from what was saved, against a slow twin.
 */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Detector, noMemory } from "../../detector/detect/detector.ts";
import { detectors } from "../../detector/detect/index.ts";
import { NewIdentities } from "../../detector/learn/new-identities.ts";
import type { AttributedAction } from "../support/actions.ts";
import { builtAtUs, judgedWith } from "../support/build.ts";
import { Engine, type Judged, type PlainStepped } from "../support/stepped.ts";

const hourUs = 3_600_000_000;
const name = (number: number): string => `agent:invented-${String(number)}`;

/** The action of an identity in an hour of the log; the log takes it when it ends. */
const act = (offset: number, hour: number, identity: string, parts: Partial<AttributedAction> = {}): Judged =>
  judgedWith(offset, {
    identityId: identity,
    source: "ci",
    startedAtUs: builtAtUs + hour * hourUs + offset * 1000,
    ...parts,
  });

/** Speaks of everything. */
const loud: Detector = {
  id: "loud",
  version: 1,
  family: "behaviour",
  newMemory: () => noMemory,
  examine: () => [
    {
      name: "heard",
      severity: "low",
      cause: "heard",
      tell: () => ({ title: "heard", why: {}, sql: "SELECT 1" }),
    },
  ],
  learn: () => undefined,
};

const run = (log: readonly Judged[], newPerHourMax: number, detector = loud): PlainStepped =>
  new Engine([detector], 1024, newPerHourMax).step(log);

const floods = ({ findings }: PlainStepped): PlainStepped["findings"] =>
  findings.filter(({ rule }) => rule === "identity-flood");

/** Whose actions were not learned from, in their order. */
const unadmitted = ({ actions }: PlainStepped): readonly string[] =>
  actions
    .filter(({ signals }) => signals.includes("identity-flood/unadmitted"))
    .map(({ identityId }) => identityId);

describe("the quota of new identities", () => {
  test("admits as many as it says, and stores the rest with their verdict and nothing else", () => {
    const answer = run(
      [0, 1, 2, 3, 2].map((identity, at) => act(at, 0, name(identity))),
      2,
    );
    expect(unadmitted(answer)).toEqual([name(2), name(3), name(2)]);
    expect(answer.unadmitted).toBe(3);
    expect(answer.actions.map(({ learned }) => learned)).toEqual([true, true, false, false, false]);
    expect(answer.actions.map(({ authority }) => authority.outcome)).toEqual(Array(5).fill("no_grant"));
    expect(answer.actions.map(({ signals }) => signals)[4]).toEqual(["identity-flood/unadmitted"]);
    expect([...answer.changed.keys()]).toEqual([`default\0${name(0)}`, `default\0${name(1)}`]);
    expect(answer.findings.filter(({ rule }) => rule === "loud")).toHaveLength(2);
  });

  test("says so once, in the name of the first that was not admitted, and alerts", () => {
    const answer = run(
      [0, 1, 2, 3].map((identity, at) => act(at, 0, name(identity))),
      2,
    );
    expect(floods(answer)).toHaveLength(1);
    const atUs = answer.actions[2]!.position.atMs * 1000;
    expect(floods(answer)[0]).toMatchObject({
      identityId: name(2),
      severity: "high",
      title:
        "more than 2 new identities in an hour from ci: what further ones do is stored, but neither learned from nor compared",
      cause: "2026-03-02 09:00:00|ci",
      why: { source: "ci", newIdentities: 2, newPerHourMax: 2, since: "2026-03-02 09:00:00" },
      actionIds: [answer.actions[2]!.id],
      atUs,
    });
    expect(answer.alerts.map(({ data }) => [data.rule, data.identityId])).toEqual([
      ["identity-flood", name(2)],
    ]);
  });

  test.each([
    { what: "exactly as many", quota: 3 },
    { what: "no quota", quota: 0 },
  ])("with $what admits all and says nothing", ({ quota }) => {
    const answer = run(
      [0, 1, 2, 0].map((identity, at) => act(at, 0, name(identity))),
      quota,
    );
    expect([floods(answer), answer.unadmitted, answer.changed.size]).toEqual([[], 0, 3]);
  });

  test("leaves who is known alone, in the hour of the flood and whoever delivers", () => {
    const known = [act(0, 0, name(0)), act(1, 0, name(1))];
    const flood = Array.from({ length: 20 }, (_, nth) => act(10 + nth, 1, name(10 + nth)));
    const again = [act(50, 1, name(0)), act(51, 1, name(1), { source: "other" })];
    const answer = run([...known, ...flood, ...again], 2);
    expect(unadmitted(answer)).toEqual(Array.from({ length: 18 }, (_, nth) => name(12 + nth)));
    expect(answer.actions.slice(-2).map(({ learned, signals }) => [learned, signals])).toEqual([
      [true, ["loud/heard"]],
      [true, ["loud/heard"]],
    ]);
  });

  test.each<{ what: string; of: (nth: number) => Partial<AttributedAction> }>([
    { what: "each source", of: (nth) => ({ source: nth < 3 ? "ci" : "" }) },
    { what: "each tenant", of: (nth) => ({ tenant: nth < 3 ? "acme" : "default" }) },
  ])("counts $what by itself", ({ of }) => {
    const answer = run(
      [0, 1, 2, 3, 4, 5].map((nth) => act(nth, 0, name(nth), of(nth))),
      2,
    );
    expect(unadmitted(answer)).toEqual([name(2), name(5)]);
    expect(floods(answer).map(({ tenant, why }) => [tenant, why["source"]])).toEqual([
      [of(2).tenant ?? "default", of(2).source ?? "ci"],
      [of(5).tenant ?? "default", of(5).source ?? "ci"],
    ]);
  });

  test("names senders that proved nothing as such, and keeps a long name within what a finding holds", () => {
    const titleOf = (source: string): string =>
      floods(
        run(
          [0, 1].map((nth) => act(nth, 0, name(nth), { source })),
          1,
        ),
      )[0]!.title;
    expect(titleOf("")).toContain("from senders without a name: ");
    expect(titleOf("s".repeat(3000))).toHaveLength(512);
  });

  test("begins anew with each hour of the log, also for those it had not admitted", () => {
    const answer = run([act(0, 0, name(0)), act(1, 0, name(1)), act(2, 1, name(1)), act(3, 1, name(2))], 1);
    expect(unadmitted(answer)).toEqual([name(1), name(2)]);
    expect(answer.actions.map(({ learned }) => learned)).toEqual([true, false, true, false]);
    expect(floods(answer).map(({ why }) => why["since"])).toEqual([
      "2026-03-02 09:00:00",
      "2026-03-02 10:00:00",
    ]);
  });

  test("goes by the log's time, whatever the sender says", () => {
    const atMs = builtAtUs / 1000 + 60_000;
    const log = [0, -40, 5].map((hour, nth) => {
      const judged = act(nth, hour, name(nth));
      return { ...judged, position: { ...judged.position, atMs } };
    });
    const answer = run(log, 1);
    expect(unadmitted(answer)).toEqual([name(1), name(2)]);
    expect(floods(answer).map(({ atUs }) => atUs)).toEqual([atMs * 1000]);
  });

  test("counts the end of an hour that comes late with the next, and a clock that was set right by itself", () => {
    const answer = run(
      [
        act(0, 5, name(0)),
        act(1, 4, name(1)), // The hour before: of the same count.
        act(2, 3, name(2)), // The clock was set back.
        act(3, 3, name(3)),
      ],
      1,
    );
    expect(unadmitted(answer)).toEqual([name(1), name(3)]);
    expect(floods(answer)).toHaveLength(2);
  });

  test("takes no duplicate of what was not admitted for something known", () => {
    const flooded = act(1, 0, name(1));
    const log = [act(0, 0, name(0)), flooded, flooded, act(3, 0, name(1))];
    const engine = new Engine([loud], 1024, 1);
    const steps = log.map((one) => engine.step([one]));
    expect(steps.map(({ duplicates }) => duplicates)).toEqual([0, 0, 1, 0]);
    expect(steps.map((step) => step.unadmitted)).toEqual([0, 1, 0, 1]);
    expect(engine.states.find(`default\0${name(1)}`)).toBeUndefined();
  });

  test("lets nobody's name be taken for a source's count", () => {
    const engine = new Engine([loud], 1024, 9);
    engine.step([act(0, 0, "\0default\0ci"), act(1, 0, "\0ci")]);
    expect([...engine.packed().keys()].toSorted()).toEqual([
      "\0\0default",
      "\0default\0ci",
      "default\0\0ci",
      "default\0\0default\0ci",
    ]);
    expect(engine.states.size).toBe(2);
  });
});

test("a count of another version is refused, never misread", () => {
  expect(() => NewIdentities.unpack(Buffer.from([2, 0, 0, 0, 0]))).toThrow(
    "stored count of new identities has version 2, this program reads version 1",
  );
  expect(() => NewIdentities.unpack(Buffer.from([1, 0x80]))).toThrow(RangeError);
});

const anyAct = fc.record({
  identity: fc.nat({ max: 9 }),
  tenant: fc.constantFrom("default", "default", "acme"),
  source: fc.constantFrom("ci", "ci", ""),
  hoursOn: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, -1, -3),
  repeats: fc.option(fc.nat({ max: 30 }), { freq: 4 }),
});
const anyLog = fc.array(anyAct, { maxLength: 40, size: "max" }).map((acts) => {
  const log: Judged[] = [];
  let hour = 10;
  for (const { identity, tenant, source, hoursOn, repeats } of acts) {
    hour += hoursOn;
    const again = repeats === null ? undefined : log[repeats % Math.max(1, log.length)];
    const { position } = act(log.length, hour, name(identity));
    log.push(
      again === undefined
        ? act(log.length, hour, name(identity), { tenant, source })
        : { ...again, position },
    );
  }
  return log;
});

/** The rule in words of its own: which actions are not admitted. */
function twin(log: readonly Judged[], max: number): readonly string[] {
  const known = new Set<string>();
  const seen = new Set<string>();
  const counts = new Map<string, { hour: number; count: number }>();
  return log.flatMap(({ action, position }) => {
    const { id, tenant, source, identityId } = action;
    const event = JSON.stringify([tenant, identityId, action.startedAtUs, id]);
    if (seen.has(event)) return [];
    seen.add(event);
    const who = JSON.stringify([tenant, identityId]);
    if (known.has(who)) return [];
    const hour = Math.floor(position.atMs / 3_600_000);
    const key = JSON.stringify([tenant, source]);
    const before = counts.get(key);
    const isSame = before !== undefined && (hour === before.hour || hour === before.hour - 1);
    const count = isSame ? before : { hour, count: 0 };
    counts.set(key, count);
    if (count.count === max) return [identityId];
    count.count += 1;
    known.add(who);
    return [];
  });
}

test("agrees with its twin, however the log is cut", () => {
  fc.assert(
    fc.property(
      anyLog,
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      (log, max, cuts) => {
        const whole = new Engine(detectors, 1024, max);
        const all = whole.step(log);
        expect(unadmitted(all)).toEqual(twin(log, max));
        const engine = new Engine(detectors, 1024, max);
        const rows: PlainStepped[] = [];
        for (let at = 0, turn = 0; at < log.length; turn += 1) {
          const length = cuts[turn % cuts.length]!;
          rows.push(engine.step(log.slice(at, at + length)));
          at += length;
        }
        const merged = <Row>(of: (one: PlainStepped) => readonly Row[]): readonly Row[] => rows.flatMap(of);
        expect(merged(({ actions }) => actions)).toEqual(all.actions);
        expect(merged(({ findings }) => findings)).toEqual(all.findings);
        expect(merged(({ alerts }) => alerts)).toEqual(all.alerts);
        expect(engine.packed()).toEqual(whole.packed());
      },
    ),
  );
});
