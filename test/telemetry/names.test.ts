/**
 * Goal: a number has one name everywhere: in the code, on the board, in the docs.
 * Method: the table of metrics against the board's queries and the docs' table; test/kafka/telemetry.test.ts asks real roles.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { counters, gauges, histograms } from "../../detector/metrics.ts";
import { boardNames, namesIn } from "../support/metrics.ts";
import { repositoryRoot } from "../support/repository.ts";

const kinds = Object.entries({ counter: counters, gauge: gauges, histogram: histograms });
const metrics = kinds.flatMap(([kind, all]) =>
  Object.entries<{ help: string; roles: readonly string[]; labels?: Readonly<Record<string, unknown>> }>(
    all,
  ).map(([name, metric]) => ({ name, kind, ...metric })),
);

test("names follow Prometheus' conventions", () => {
  expect(metrics.filter(({ name }) => !/^(?:answerable|process)(?:_[a-z]+)+$/u.test(name))).toEqual([]);
  expect(metrics.filter(({ name, kind }) => name.endsWith("_total") !== (kind === "counter"))).toEqual([]);
  expect(metrics.filter(({ name, kind }) => kind === "histogram" && !name.endsWith("_seconds"))).toEqual([]);
  expect(
    metrics.filter(({ name }) => /_(?:ms|millis|kb|mb|count|sum|bucket)(?:_total)?$/u.test(name)),
  ).toEqual([]);
});

test("every number is on the board, and the board shows no other", () => {
  expect([...boardNames()].toSorted()).toEqual(metrics.map(({ name }) => name).toSorted());
});

test("a name that was changed on one side alone is noticed", () => {
  const shown = namesIn("sum(rate(answerable_span_total[1m])) / answerable_chunk_duration_seconds_bucket");
  expect([...shown]).toEqual(["answerable_span_total", "answerable_chunk_duration_seconds"]);
});

test("the docs' table says of every number what the code says", () => {
  const text = readFileSync(join(repositoryRoot, "docs/metrics.md"), "utf8");
  const rows = text.split("\n").filter((line) => /^\| `(?:answerable|process)_/u.test(line));
  const expected = metrics.map(({ name, kind, labels = {}, roles, help }) => {
    const labelled = Object.keys(labels).map((label) => `\`${label}\``);
    return `| \`${name}\` | ${kind} | ${labelled.join(", ")} | ${roles.length === 5 ? "all" : roles.join(", ")} | ${help} |`;
  });
  expect(rows).toEqual(expected);
});
