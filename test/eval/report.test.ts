/**
 * Goal: what the detector expects of itself comes from learning alone, and to look at it changes nothing; a part of the report is
 * written anew without losing the others.
 */
import { expect, test } from "@jest/globals";
import { CharacterWatch } from "../../eval/character.ts";
import { Outcome } from "../../eval/outcome.ts";
import { pass } from "../../eval/pass.ts";
import { documentOf, partOf } from "../../eval/report/document.ts";
import { markdownTable } from "../../eval/report/markdown.ts";
import { frozen, learnUntil, sampleLog, settings } from "./sample.ts";

test("a look at the detector changes nothing, and what it expects is known before the runs that are scored", async () => {
  const log = await sampleLog();
  const findingsOf = async (records: typeof log.records, watch?: CharacterWatch): Promise<string> => {
    const outcome = new Outcome(log);
    const looking = watch === undefined ? {} : { watch: watch.watched.bind(watch) };
    await pass({ ...log, records }, outcome, { config: settings, learning: frozen, ...looking });
    return JSON.stringify(outcome.findings);
  };
  const [whole, half] = [new CharacterWatch({ thoughts: true }), new CharacterWatch({ thoughts: false })];
  const said = await findingsOf(log.records, whole);
  expect(said).toBe(await findingsOf(log.records));
  const untilMs = Date.parse(learnUntil);
  const scored = log.records.filter(({ timestampMs }) => timestampMs >= untilMs);
  const fewer = new Set(scored.slice(0, Math.floor(scored.length / 2)));
  await findingsOf(
    log.records.filter((record) => record.timestampMs < untilMs || fewer.has(record)),
    half,
  );
  expect(half.forecasts().length).toBeGreaterThan(0);
  expect(whole.forecasts()).toEqual(expect.arrayContaining([...half.forecasts()]));
  for (const { ifNew, all } of whole.forecasts())
    for (const share of [ifNew ?? 0, all ?? 0]) expect(share >= 0 && share <= 1).toBe(true);
}, 120_000);

test("parts are found again in what they were put into", () => {
  const document = `# Head\n${documentOf([
    ["one", "first\n"],
    ["two", undefined],
    ["three", "third"],
  ])}tail`;
  expect(partOf(document, "one")).toBe("first");
  expect(partOf(document, "two")).toBeUndefined();
  expect(partOf(document, "three")).toBe("third");
});

test("what others named doesn't break out of its table", () => {
  expect(markdownTable([["a"], ["x|y\n<!-- end -->`"]])).toBe("| a |\n|---|\n| x·y··!-- end --·· |\n");
});
