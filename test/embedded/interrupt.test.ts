/** Goal: Ctrl-C loses nothing that was answered, leaves no process behind, and the next start goes on from there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { isRunning, until } from "../support/poll.ts";
import { newId, post, requestOfSpans, spanOf } from "../support/spans.ts";
import { sql } from "../support/sql.ts";
import { concluded, sampleSpans } from "../support/stored.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startUp, type Up } from "../support/up.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).toReversed()) await one();
});

test("the demo interrupted while spans stream in: a clean end, all that was answered is stored, and it goes on when started again", async () => {
  const folder = tempFolder("interrupt");
  undo.push(() => folder.remove());
  const first = await startUp({ dataDir: folder.path, args: ["--demo"] });
  undo.push(() => first.stop());
  const sending = sendUntilRefused(first);
  await until("a part of the sample was sent", () => lineOf(folder.path) > 500);

  const startedAtMs = Date.now();
  const ended = await first.stop("SIGINT");

  expect(ended).toEqual({ code: 0, signal: null });
  expect(Date.now() - startedAtMs).toBeLessThan(15_000);
  expect(await isRunning(first.clickhousePid())).toBe(false);
  expect(first.logs()).not.toMatch(/^ {4}at /mu);
  const reached = lineOf(folder.path);
  expect(reached).toBeLessThan(sampleSpans);
  const answered = await sending;
  expect(answered.length).toBeGreaterThan(0);

  const second = await startUp({ dataDir: folder.path, args: ["--demo"], port: first.port });
  undo.push(() => second.stop());
  expect(await missingOf(second, answered)).toBe("");
  await until("the demo is through", () => second.logs().includes("Ctrl-C stops everything"), 40_000);
  expect(second.logs()).toContain(`${String(sampleSpans - reached)} spans replayed.`);
  const inStore = await sql(
    second.clickhouseUrl,
    "SELECT count(), uniqExact(span_id) FROM v_actions WHERE identity_id != 'agent:mine'",
    { database: "answerable" },
  );
  expect(inStore).toBe(`${String(sampleSpans)}\t${String(sampleSpans)}`);
  const twice = await sql(
    second.clickhouseUrl,
    "SELECT sum(duplicates) + sum(actions) - (SELECT count() FROM v_actions) FROM v_audit",
    { database: "answerable" },
  );
  expect(twice).toBe("0");
  const before = await concluded(second.clickhouseUrl);
  expect((await second.stop("SIGINT")).code).toBe(0);

  const third = await startUp({ dataDir: folder.path, args: ["--demo"], port: first.port });
  undo.push(() => third.stop());
  await until("the demo has nothing left to do", () => third.logs().includes("nothing was sent again"));
  expect(await concluded(third.clickhouseUrl)).toEqual(before);
}, 90_000);

test("Ctrl-C right after the start ends as cleanly", async () => {
  const folder = tempFolder("interrupt-early");
  undo.push(() => folder.remove());
  const up = await startUp({ dataDir: folder.path });
  undo.push(() => up.stop());
  expect(await up.stop("SIGINT")).toEqual({ code: 0, signal: null });
  expect(await isRunning(up.clickhousePid())).toBe(false);
});

/** Sends span after span; resolves with the ids of those that were answered with success, once nobody answers any more. */
async function sendUntilRefused(up: Up): Promise<readonly string[]> {
  const answered: string[] = [];
  for (;;) {
    const spanId = newId(16);
    const span = spanOf({ "nhi.identity.id": "agent:mine", "nhi.action.name": "op" }, { spanId });
    try {
      const { status } = await post(up.url, requestOfSpans(span));
      if (status === 200) answered.push(spanId);
    } catch {
      return answered;
    }
  }
}

async function missingOf(up: Up, spanIds: readonly string[]): Promise<string> {
  const list = spanIds.map((id) => `'${id}'`).join(",");
  return await sql(
    up.clickhouseUrl,
    `SELECT arrayJoin([${list}]) AS id WHERE id NOT IN (SELECT span_id FROM v_actions)`,
    { database: "answerable" },
  );
}

function lineOf(dataDir: string): number {
  try {
    const { lines } = JSON.parse(readFileSync(join(dataDir, "demo.resume.json"), "utf8")) as {
      lines: Record<string, number>;
    };
    return Math.max(0, ...Object.values(lines));
  } catch {
    return 0;
  }
}
