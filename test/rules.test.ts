/**
 * Goal: what each detector sees, and what it leaves alone, is written down as data that anybody can read and add to.
 * Method: every case file is run through the real engine beside all other detectors.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { detectors } from "../detector/detect/index.ts";
import { repositoryRoot } from "./support/repository.ts";
import { readCases, runCase } from "./support/rule-cases.ts";

const rules = detectors.map((detector) => detector.id);

test("every detector has its cases, and every case file its detector", () => {
  expect(readdirSync(join(repositoryRoot, "test/rules")).toSorted()).toEqual(
    rules.map((rule) => `${rule}.json`).toSorted(),
  );
});

test("a detector's id is its file's name", () => {
  const files = readdirSync(join(repositoryRoot, "detector/detect"));
  expect(rules.filter((rule) => !files.includes(`${rule}.ts`))).toEqual([]);
});

describe.each(rules)("%s", (rule) => {
  const { cases } = readCases(rule);

  test("is shown firing and staying quiet", () => {
    const outcomes = cases.map((one) => Object.keys(one.fires).length > 0);
    expect(new Set(outcomes)).toEqual(new Set([true, false]));
  });

  test.each(cases)("$name", (one) => {
    const { severities, signals } = runCase(rule, one);
    expect(signals).toEqual(one.noted ?? Object.keys(one.fires));
    expect(severities).toEqual(Object.values(one.fires));
  });
});
