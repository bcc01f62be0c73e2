/**
 * Goal: what the rules are worth on texts they were not made with.
 * Method: another set of shapes and places, and what agents and cloud accounts did in recorded runs.
 */
import { describe, expect, test } from "@jest/globals";
import { redactor } from "../../instrumentation/redact/redactor.ts";
import { diceOf } from "../support/dice.ts";
import { recordedValues, unseenShapes } from "../support/redact/clean-unseen.ts";
import { leakOf } from "../support/redact/leaks.ts";
import { formatSecrets, otherSecrets, unseenKeyedPlaces, unseenPlaces } from "../support/redact/planted.ts";

const seed = 99;
const clean = redactor();

test("at most five of 10,000 clean attributes are changed", () => {
  const dice = diceOf(seed);
  const changed: unknown[] = [];
  for (let index = 0; index < 10_000; index++) {
    const attribute = Object.fromEntries([unseenShapes[index % unseenShapes.length]!(dice)]);
    if (clean.attributes(attribute) !== attribute) changed.push(attribute);
  }
  expect(changed.length).toBeLessThanOrEqual(5);
});

test.each(formatSecrets(1_234).map((planted) => [planted.id, planted] as const))(
  "secrets of the format %s are found in every place",
  (_, planted) => {
    for (const [, place] of [...unseenPlaces, ...unseenKeyedPlaces]) {
      const text = place(planted.secret);
      expect([text, leakOf(planted, clean.text(text))]).toEqual([text, undefined]);
    }
  },
);

test("of secrets of no format 99 in 100 are found by their looks, all where a key tells", () => {
  const dice = diceOf(seed);
  let byLooks = 0;
  const missed: string[] = [];
  for (let run = 0; run < 100; run++)
    for (const make of otherSecrets) {
      const planted = make(dice);
      for (const [, place] of unseenKeyedPlaces) {
        const text = place(planted.secret);
        expect([text, leakOf(planted, clean.text(text))]).toEqual([text, undefined]);
      }
      if (!planted.alone) continue;
      byLooks++;
      if (
        leakOf(planted, clean.text(unseenPlaces[run % unseenPlaces.length]![1](planted.secret))) !== undefined
      )
        missed.push(planted.secret);
    }
  expect(missed.length).toBeLessThanOrEqual(byLooks / 100);
});

/** Read one by one: passwords in URLs and arguments, a link to reset one, and a session name that was scrambled by its publisher. */
const secretsOf = /pass(?:word)?\b|pass$|token=|randoml3I7nL6f7BmB/iu;

describe("of recorded actions nothing is changed but what holds a password", () => {
  test.each([
    "agentdojo/agentdojo.dev.actions.jsonl.gz",
    "agentdyn/agentdyn.dev.actions.jsonl.gz",
    "cloudtrail/invictus_aws.actions.jsonl.gz",
    "cloudtrail/stratus_docs.actions.jsonl.gz",
    "cloudtrail/otrf_ec2_proxy_s3.actions.jsonl.gz",
  ])("%s", (file) => {
    const changed = recordedValues(file).filter(([name, value]) => clean.text(value, name) !== value);
    expect(changed.filter(([name, value]) => !secretsOf.test(`${name} ${value}`))).toEqual([]);
  });
});
