/**
 * Goal: whatever is found or done says under which ids of the frameworks it falls, and every id is one that its framework has.
 * Method: the table against the rules of the code, the list of ids, and what is generated from both.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { detectors } from "../../detector/detect/index.ts";
import { stormRule } from "../../detector/detect/detector-storm.ts";
import { floodSignals } from "../../detector/detect/identity-flood.ts";
import {
  findingMap,
  frameworkIds,
  frameworks,
  frameworksOf,
  ResponseKind,
  responseMap,
} from "../../schemas/index.ts";
import { frameworkPage, frameworkSql } from "../../scripts/framework-texts.ts";
import { repositoryRoot } from "../support/repository.ts";

const ofFile = (path: string): string => readFileSync(join(repositoryRoot, path), "utf8");
const known = new Set(frameworkIds.map(({ id }) => id));
const mapped = { ...findingMap, ...responseMap };

/** Rules of the integrity folder, which are no detectors: each says its own in one place. */
const integrityRules = readdirSync(join(repositoryRoot, "detector/integrity"))
  .flatMap((name) => [...ofFile(`detector/integrity/${name}`).matchAll(/\brule: "(?<rule>[a-z-]+)"/gu)])
  .map(({ groups }) => groups?.["rule"] ?? "");
const rules = [
  ...detectors.map(({ id }) => id),
  ...floodSignals.map((signal) => signal.split("/")[0] ?? ""),
  stormRule,
  ...integrityRules,
];

test("there are rules of both kinds to look at", () => {
  expect(rules).toEqual(
    expect.arrayContaining(["outside-grant", "first-use", "identity-flood", "telemetry-gap"]),
  );
});

test("every rule has ids of NIST CSF and OWASP ASI, whatever its signal", () => {
  for (const rule of rules) {
    const ids = frameworksOf(rule, "a signal of no line of its own");
    expect({ rule, csf: ids.some((id) => /^(?:GV|ID|PR|DE|RS|RC)\./u.test(id)) }).toEqual({
      rule,
      csf: true,
    });
    expect({ rule, asi: ids.some((id) => id.startsWith("ASI")) }).toEqual({ rule, asi: true });
  }
});

test("every response has ids, and so has taking it back", () => {
  expect(Object.keys(responseMap)).toEqual([...ResponseKind.options, "resume"]);
  for (const ids of Object.values(responseMap)) expect(ids.length).toBeGreaterThan(0);
});

test("every id of the table is one of the list, once", () => {
  expect(known.size).toBe(frameworkIds.length);
  for (const [name, ids] of Object.entries(mapped)) {
    expect({ name, unknown: ids.filter((id) => !known.has(id)) }).toEqual({ name, unknown: [] });
    expect({ name, ids: new Set(ids).size }).toEqual({ name, ids: ids.length });
  }
});

test("a line of a signal stands beside one of its rule", () => {
  const lone = Object.keys(findingMap).filter((name) => findingMap[name.split("/")[0] ?? ""] === undefined);
  expect(lone).toEqual([]);
});

/** Ids that circulate and that their framework doesn't have in this version. */
const refused =
  `DE.CM-04 DE.CM-05 DE.CM-07 DE.CM-08 DE.CM-8 DE.AE-01 DE.AE-05 RS.AN-01 RS.AN-02 RS.AN-04 RS.AN-05 ID.AM-06
  PR.AC-4 GV.RR NHI-01 NHI-02 NHI1 ASI-03 AGENT-03 A2 AC-6 SC-7`.split(/\s+/u);

test.each(refused)("%s is not in the list", (id) => {
  expect(known.has(id)).toBe(false);
});

const shapes = {
  "nist-csf": /^(?:GV|ID|PR|DE|RS|RC)\.[A-Z]{2}-\d{2}$/u,
  "owasp-asi": /^ASI(?:0[1-9]|10)$/u,
  "owasp-nhi": /^NHI(?:[1-9]|10):2025$/u,
  "mitre-atlas": /^AML\.[TM]\d{4}(?:\.\d{3})?$/u,
} as const;

test("ids are written as their framework writes them, and each has a title and its parts", () => {
  for (const { framework, id, title, parts } of frameworkIds) {
    expect(id).toMatch(shapes[framework]);
    expect({ id, title: title.length > 5 && !title.includes("…") }).toEqual({ id, title: true });
    const hasParts = framework === "nist-csf" || framework === "mitre-atlas";
    expect({ id, parts: parts.length > 0 && parts.every((part) => part !== "") }).toEqual({
      id,
      parts: hasParts,
    });
  }
  expect(frameworkIds.filter(({ framework }) => framework.startsWith("owasp-")).length).toBe(20);
  expect(new Set(frameworkIds.map(({ framework }) => framework))).toEqual(new Set(Object.keys(frameworks)));
});

test("the migration and the page are those that the table makes; npm run generate writes them anew", () => {
  expect(ofFile("schemas/clickhouse/0015_frameworks.sql")).toBe(frameworkSql());
  expect(ofFile("docs/frameworks.md")).toBe(frameworkPage());
});
