import { describe, expect, test } from "@jest/globals";
import { type Detector, noMemory, quiet } from "../../detector/detect/detector.ts";
import type { AttributedAction } from "../support/actions.ts";
import { builtAtUs, judgedWith } from "../support/build.ts";
import { type Judged, stepped } from "../support/stepped.ts";

/** Says of an action what its operation spells: `high:cause`. Of authority, so that no habit has to be known for it. */
const parrot: Detector = {
  id: "parrot",
  version: 1,
  family: "authority",
  newMemory: () => noMemory,
  examine: ({ action }) => {
    const [severity, cause = ""] = action.operation.split(":");
    if (severity !== "low" && severity !== "medium" && severity !== "high" && severity !== "critical")
      return quiet;
    return [
      {
        name: "said",
        severity,
        cause,
        evidence: cause === "agreed" ? ["novelty", "lineage"] : ["novelty"],
        tell: () => ({ title: `heard ${cause}`, why: { cause }, sql: "SELECT 1 WHERE {before}" }),
      },
    ];
  },
  learn: () => undefined,
};

const say = (
  offset: number,
  minute: number,
  operation: string,
  parts: Partial<AttributedAction> = {},
): Judged => judgedWith(offset, { startedAtUs: builtAtUs + minute * 60_000_000, operation, ...parts });

const episodesOf = (log: readonly Judged[]): number[] => {
  const ids = stepped(log, [parrot]).findings.map((one) => one.episodeId);
  return ids.map((id) => ids.indexOf(id));
};

describe("findings", () => {
  test.each([
    { name: "within an hour of each other are one episode", minutes: [0, 60, 120], episodes: [0, 0, 0] },
    { name: "more than an hour apart are two", minutes: [0, 61], episodes: [0, 1] },
    { name: "that come out of order do not shorten it", minutes: [30, 0, 90], episodes: [0, 0, 0] },
  ])("$name", ({ minutes, episodes }) => {
    expect(episodesOf(minutes.map((minute, at) => say(at, minute, `low:${at}`)))).toEqual(episodes);
  });

  test("of two identities are two episodes", () => {
    expect(episodesOf([say(0, 0, "low:a"), say(1, 1, "low:a", { identityId: "agent:other" })])).toEqual([
      0, 1,
    ]);
  });

  test("of one identity id in two tenants are two findings in two episodes", () => {
    const { findings } = stepped([say(0, 0, "low:a"), say(1, 1, "low:a", { tenant: "acme" })], [parrot]);
    expect(new Set(findings.map((one) => one.id)).size).toBe(2);
    expect(new Set(findings.map((one) => one.episodeId)).size).toBe(2);
  });

  test("are said once for each cause", () => {
    const { findings, actions } = stepped(
      [say(0, 0, "low:a"), say(1, 1, "low:a"), say(2, 2, "low:b")],
      [parrot],
    );
    expect(findings.map((one) => one.cause)).toEqual(["a", "b"]);
    expect(actions.map((one) => one.signals)).toEqual([["parrot/said"], ["parrot/said"], ["parrot/said"]]);
  });

  test.each([
    { name: "an episode of low severity alerts nobody", said: ["low:a", "low:b"], alerts: [] },
    { name: "a medium finding opens an alert", said: ["medium:a"], alerts: ["medium"] },
    { name: "a second of the same severity does not", said: ["medium:a", "medium:b"], alerts: ["medium"] },
    {
      name: "a rise in severity alerts again, a fall does not",
      said: ["medium:a", "critical:agreed", "high:c"],
      alerts: ["medium", "critical"],
    },
    {
      name: "one kind of evidence alone is not critical",
      said: ["medium:a", "critical:b"],
      alerts: ["medium", "high"],
    },
    {
      name: "a kind of evidence that the episode holds already counts, too",
      said: ["high:agreed", "critical:b"],
      alerts: ["high", "critical"],
    },
    { name: "a rise from low to medium is the first alert", said: ["low:a", "medium:b"], alerts: ["medium"] },
  ])("$name", ({ said, alerts }) => {
    const answer = stepped(
      said.map((operation, at) => say(at, at, operation)),
      [parrot],
    );
    expect(answer.alerts.map((one) => one.data.severity)).toEqual(alerts);
    expect(new Set(answer.alerts.map((one) => one.data.episodeId)).size).toBeLessThanOrEqual(1);
  });

  test("have ids that do not change from version to version", () => {
    const { findings } = stepped([say(0, 0, "high:a")], [parrot]);
    expect(findings.map((one) => [one.id, one.episodeId])).toEqual([
      ["48094f614526a2fc0534809bfbc38333", "0d6a7e9269ecdf03988599a7ccd3f961"],
    ]);
  });

  test("carry SQL in which the past is named, whatever quotes the names hold", () => {
    const { findings } = stepped([say(3, 0, "high:a", { identityId: "o'brien\\" })], [parrot]);
    expect(findings[0]?.sql).toBe(
      "SELECT 1 WHERE tenant = 'default' AND identity_id = 'o\\'brien\\\\' AND topic = 'nhi.spans' AND partition = 0 AND ordinal < 0 AND learned",
    );
  });

  test("have titles that end with a whole character", () => {
    const { findings } = stepped([say(0, 0, `high:${"😀".repeat(600)}`)], [parrot]);
    expect(findings[0]?.title.length).toBeLessThanOrEqual(512);
    expect(JSON.stringify(findings[0]?.title)).not.toMatch(/\\ud[89a-f]/u);
  });
});
