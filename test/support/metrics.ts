import { readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./poll.ts";
import { repositoryRoot } from "./repository.ts";
import type { Role } from "./roles.ts";

/** One line of a /metrics page. */
interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a role says of itself at one look. */
export interface MetricsPage {
  /** Names as they are declared; a histogram's without `_bucket`, `_sum` and `_count`. */
  readonly names: ReadonlySet<string>;
  /** The values of all series of a name that carry these labels, added up; undefined when there is none. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

/** Where a role says that it answers for its numbers. */
export async function metricsUrlOf(role: Role): Promise<string> {
  return until("the role answers", () => {
    const line = role
      .logs()
      .split("\n")
      .find((one) => one.includes("answering /metrics"));
    return line === undefined ? undefined : (JSON.parse(line) as { url: string }).url;
  });
}

/** Asks a role for its numbers. */
export async function metricsOf(url: string, withinMs = 30_000): Promise<MetricsPage> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(withinMs) });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`/metrics answered ${String(answer.status)}: ${text}`);
  const series = text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(seriesOf);
  return {
    names: new Set(Array.from(text.matchAll(/^# TYPE (\S+) /gmu), ([, name = ""]) => name)),
    sum(name, labels = {}) {
      const found = series.filter(
        (one) =>
          one.name === name && Object.entries(labels).every(([label, word]) => one.labels[label] === word),
      );
      return found.length === 0 ? undefined : found.reduce((total, { value }) => total + value, 0);
    },
  };
}

function seriesOf(line: string): Series {
  const [, name = "", labels = "", value = ""] = /^([\w:]+)(?:\{(.*)\})? (\S+)$/u.exec(line) ?? [];
  const pairs = Array.from(labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/gu), ([, key = "", word = ""]) => [
    key,
    word,
  ]);
  return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) };
}

/** Names of our own metrics in a text of PromQL, histograms without their suffixes. */
export function namesIn(text: string): ReadonlySet<string> {
  const names = Array.from(text.matchAll(/\b(?:answerable|process)_\w+/gu), ([name]) => name);
  return new Set(names.map((name) => name.replace(/(?<=_seconds)_(?:bucket|sum|count)$/u, "")));
}

/** What the board in deploy/grafana asks for. */
export function boardNames(): ReadonlySet<string> {
  return namesIn(readFileSync(join(repositoryRoot, "deploy/grafana/dashboards/answerable.json"), "utf8"));
}
