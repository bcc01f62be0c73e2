/**
 * Goal: the SQL of every finding of every detector gives its numbers, whatever detectors there are.
 * Method: recorded runs go through the worker into ClickHouse, what came first being accepted; so do the cases of all detectors,
 * each of which must have some that fire. Then the SQL of each finding is run as printed.
 */
import { equal } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { z } from "zod";
import { PolicyBook } from "../../policy/book.ts";
import { detectors } from "../../detector/detect/index.ts";
import { deadLetterTable } from "../../detector/store/dead-letters.ts";
import { storeDecided } from "../../detector/store/decided.ts";
import { detectStore } from "../../detector/store/detect-store.ts";
import { storeReader } from "../../detector/store/read.ts";
import { type Finding, Grant } from "../../schemas/index.ts";
import { judgedOf } from "../support/actions.ts";
import { planWith } from "../support/chunks.ts";
import { stillControl } from "../support/memory.ts";
import { wrongOf } from "../support/recompute.ts";
import { recordedLog } from "../support/recorded-log.ts";
import { decidedIn, judgedCase, readCases } from "../support/rule-cases.ts";
import { type FreshStore, freshStore } from "../support/store.ts";
import { testData } from "../support/test-data.ts";
import { partition, workerOf } from "../support/worker.ts";

/** When the runs that are for learning are over. */
const acceptedUntilMs = Date.parse("2026-02-02T00:00:00Z");

/** The demo's grants. */
function demoBook(): PolicyBook {
  const book = new PolicyBook();
  const { grants } = z
    .object({ grants: z.array(Grant) })
    .parse(parse(readFileSync("deploy/demo/grants.yaml", "utf8")));
  grants.forEach((grant, position) =>
    book.enter(position, { kind: "grant_given", tenant: "default", author: "demo", atUs: 0, grant }),
  );
  return book;
}

describe("of recorded runs", () => {
  let store: FreshStore;
  let findings: readonly Finding[];
  beforeAll(async () => {
    store = await freshStore();
    const real = detectStore(store.database, "one");
    const worker = workerOf(
      { ...real, ...deadLetterTable(store.database), set: async () => 0 },
      {
        detectors,
        control: stillControl(demoBook(), 1),
        learning: { acceptedUntilUs: acceptedUntilMs * 1000, frozenFromUs: Number.POSITIVE_INFINITY },
        recordsMax: 500,
        statesReadyMax: 100,
      },
    );
    const file = testData("agentdojo/agentdojo.dev.actions.jsonl.gz");
    const records = await recordedLog(file, { wholeUntilMs: acceptedUntilMs, oneRunIn: 20 });
    await worker.position();
    await worker.offer(records);
    await worker.flush();
    findings = await storeReader(store.database, store.name).findings({ tenant: "default", limit: 10_000 });
  }, 120_000);
  afterAll(() => store.drop());

  test("there are findings, and none of behaviour about what was accepted", () => {
    expect(findings.length).toBeGreaterThan(20);
    const families = new Map(detectors.map(({ id, family }) => [id, family]));
    const ofHabit = findings.filter(({ rule }) =>
      ["behaviour", "correlation"].includes(families.get(rule) ?? ""),
    );
    expect(ofHabit.length).toBeGreaterThan(5);
    expect(ofHabit.filter(({ atUs }) => atUs < acceptedUntilMs * 1000)).toEqual([]);
  });

  test("every finding's SQL gives its numbers", async () => {
    expect(await wrongOf(store.url, findings)).toEqual([]);
  }, 300_000);

  test("so says the explanation of one of each rule, with the action it is about in its session", async () => {
    const reader = storeReader(store.database, store.name);
    for (const rule of new Set(findings.map((one) => one.rule))) {
      const finding = findings.find((one) => one.rule === rule)!;
      const { recount, timeline, cited } = await reader.why(finding);
      expect({ rule, ...recount }).toMatchObject({ rule, isEqual: true, problem: "", reasons: [] });
      expect(cited).toBe(finding.actionIds.length);
      const marked = timeline.filter((one) => one.isCited).map(({ id }) => id);
      expect(finding.actionIds).toEqual(expect.arrayContaining(marked));
      expect(marked).toContain(finding.actionIds[0]);
    }
  }, 60_000);
});

describe("of the cases of every detector", () => {
  let store: FreshStore;
  const stored: Finding[] = [];
  beforeAll(async () => {
    store = await freshStore();
    // Each has a tenant of its own, as their identities are the same.
    const cases = detectors.flatMap(({ id }) => readCases(id).cases);
    const places = cases.map((_, nth) => ({ tenant: `case-${nth}`, firstOffset: nth * 10_000 }));
    const judged = cases.map((one, nth) => judgedCase(one, places[nth]!));
    const decided = cases.flatMap((one, nth) => decidedIn(one, places[nth]!.tenant));
    await storeDecided(store.database, "control", decided);
    const findings = judged.flatMap((one) => one.findings);
    const actions = judgedOf(judged.flatMap((one) => one.actions));
    await detectStore(store.database, "one").write(partition, planWith(0, 1), {
      actions,
      findings,
      alerts: [],
      responses: [],
    });
    const reader = storeReader(store.database, store.name);
    for (const tenant of new Set(findings.map((one) => one.tenant)))
      stored.push(...(await reader.findings({ tenant, limit: 1000 })));
    equal(stored.length, findings.length);
  }, 120_000);
  afterAll(() => store.drop());

  test("each detector has a finding", () => {
    const told = new Set(stored.map(({ rule }) => rule));
    expect([...told].toSorted()).toEqual(detectors.map(({ id }) => id).toSorted());
  });

  test("every finding's SQL gives its numbers", async () => {
    expect(await wrongOf(store.url, stored)).toEqual([]);
  }, 300_000);
});
