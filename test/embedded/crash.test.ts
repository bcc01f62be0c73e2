/**
 * Goal: whatever is killed while spans stream in, the store ends up as if nothing had happened.
 * Method: the bundled sample is replayed once undisturbed; then again while processes are killed with -9 at seeded
 * moments, the replay's own retries going on meanwhile. All rows are compared.
 */
import { equal } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test } from "@jest/globals";
import { isRunning, until } from "../support/poll.ts";
import { answerable, type Said, startUp, type Up } from "../support/up.ts";
import { ask } from "../support/spans.ts";
import {
  type Concluded,
  concluded,
  notRecomputed,
  sample,
  sampleGrants,
  sampleSpans,
} from "../support/stored.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** Small requests, so that there are many moments between and within them. */
const spansPerRequest = "80";
const seed = 20_261_121;

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).toReversed()) await one();
});

let undisturbed: Concluded;
beforeAll(async () => {
  const folder = tempFolder("undisturbed");
  const up = await startUp({ dataDir: folder.path });
  try {
    await give(up);
    equal((await replay(up, join(folder.path, "resume.json"))).code, 0);
    undisturbed = await concluded(up.clickhouseUrl);
  } finally {
    await up.stop();
    folder.remove();
  }
}, 90_000);

test("the undisturbed run holds every span of the file once, findings of both kinds, and their alerts", () => {
  expect(undisturbed.actions).toHaveLength(sampleSpans);
  expect(undisturbed.findings.filter((row) => row.includes('"rule":"outside-grant"')).length).toBeGreaterThan(
    0,
  );
  expect(undisturbed.findings.filter((row) => row.includes('"rule":"first-use"')).length).toBeGreaterThan(3);
  expect(undisturbed.alerts.length).toBeGreaterThan(3);
});

test("answerable killed with -9 three times in the middle of a replay: nothing lost, nothing double, no process left", async () => {
  const folder = tempFolder("killed");
  undo.push(() => folder.remove());
  const dataDir = join(folder.path, "data");
  const resume = join(folder.path, "resume.json");
  let up = await startUp({ dataDir });
  undo.push(() => up.stop());
  await give(up);
  const replaying = replay(up, resume);
  for (const { line, ms } of moments(3)) {
    await until("the replay has come to its next moment", () => lineOf(resume) >= line, 40_000);
    await new Promise((resolve) => setTimeout(resolve, ms));
    const orphan = up.clickhousePid();
    await up.kill();
    expect(lineOf(resume)).toBeLessThan(sampleSpans);
    up = await startUp({ dataDir, port: up.port });
    await until("the orphaned ClickHouse is gone", async () => !(await isRunning(orphan)), 10_000);
  }
  expect((await replaying).code).toBe(0);
  await expectUndisturbed(up);
}, 120_000);

test("ClickHouse killed with -9 in the middle of a replay is started again, and nobody has to do anything", async () => {
  const folder = tempFolder("clickhouse-killed");
  undo.push(() => folder.remove());
  const resume = join(folder.path, "resume.json");
  const up = await startUp({ dataDir: join(folder.path, "data") });
  undo.push(() => up.stop());
  await give(up);
  const replaying = replay(up, resume);
  for (const { line, ms } of moments(2)) {
    await until("the replay has come to its next moment", () => lineOf(resume) >= line, 40_000);
    await new Promise((resolve) => setTimeout(resolve, ms));
    const killed = up.clickhousePid();
    process.kill(killed, "SIGKILL");
    await until("ClickHouse runs again", () => up.clickhousePid() !== killed);
  }
  expect((await replaying).code).toBe(0);
  await expectUndisturbed(up);
}, 120_000);

async function expectUndisturbed(up: Up): Promise<void> {
  const found = await concluded(up.clickhouseUrl);
  expect(found.actions).toHaveLength(sampleSpans);
  expect(found.actions.filter((row) => !undisturbed.actions.includes(row)).slice(0, 3)).toEqual([]);
  expect(found.findings).toEqual(undisturbed.findings);
  expect(found.alerts).toEqual(undisturbed.alerts);
  const { json } = await ask(up.url, "/v1/findings?severity=medium&limit=60");
  const { findings } = json as { findings: { id: string; sql: string; why: object }[] };
  expect(findings.length).toBeGreaterThan(6);
  expect(await notRecomputed(up.clickhouseUrl, findings)).toEqual([]);
}

async function give(up: Up): Promise<void> {
  equal((await answerable(["apply", "-f", sampleGrants, "--url", up.url])).out, "3 grants given\n");
}

function replay(up: Up, resume: string): Promise<Said> {
  return answerable(
    ["replay", sample, "--to", up.url, "--batch", spansPerRequest, "--resume", resume],
    {},
    undefined,
    60_000,
  );
}

/** Last line of the sample that was acknowledged and noted. */
function lineOf(resume: string): number {
  try {
    const { lines } = JSON.parse(readFileSync(resume, "utf8")) as { lines: Record<string, number> };
    return Math.max(0, ...Object.values(lines));
  } catch {
    return 0;
  }
}

/** Moments in order, spread over the file: after a line was acknowledged, and a few milliseconds into what follows. */
function moments(count: number): readonly { readonly line: number; readonly ms: number }[] {
  let state = seed;
  const next = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state % below;
  };
  const stretch = Math.floor((sampleSpans * 0.8) / count);
  return Array.from({ length: count }, (_, at) => ({ line: at * stretch + next(stretch), ms: next(60) }));
}
