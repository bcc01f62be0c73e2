import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll } from "@jest/globals";
import type { Clock } from "../../detector/clock.ts";
import type { ReplaySpan } from "../../detector/replay/span-of-line.ts";
import type { ReplayTarget } from "../../detector/replay/target.ts";

const folder = mkdtempSync(join(tmpdir(), "answerable-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A path in a folder that is gone after the tests. */
export function inFolder(name: string): string {
  return join(folder, name);
}

/** A line of a tool call; a test names only what it is about. */
export function lineOf(given: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    run_id: "ad-1",
    identity: "agent:banking",
    session: "ad-1",
    ts: "2026-01-05T00:00:01.691Z",
    seq: 1,
    kind: "tool_call",
    operation: "send_money",
    status: "ok",
    ...given,
  };
}

/** Writes lines to a file, texts as they are, and gives its path. */
export function fileOf(
  name: string,
  lines: readonly (string | Record<string, unknown>)[],
  { gzip = false } = {},
): string {
  const text = lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");
  const path = inFolder(name);
  writeFileSync(path, gzip ? gzipSync(text) : text);
  return path;
}

/** Lines of three identities in turn, numbered from 0. */
export function numbered(count: number, given: Record<string, unknown> = {}): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, seq) => lineOf({ seq, identity: `agent:a${seq % 3}`, ...given }));
}

/** A target that keeps the spans it took. */
export function memoryTarget(
  take: (spans: readonly ReplaySpan[]) => number = () => 0,
): ReplayTarget & { readonly spans: ReplaySpan[] } {
  const spans: ReplaySpan[] = [];
  return {
    name: "memory",
    spans,
    send: async (batch) => {
      const rejected = take(batch);
      spans.push(...batch);
      return { rejected, message: rejected === 0 ? "" : "some were bad" };
    },
  };
}

/** A clock on which a sleep takes no real time; `slept` is what was asked for. */
export function sleeplessClock(): Clock & { readonly slept: number[] } {
  let nowMs = 0;
  const slept: number[] = [];
  return {
    slept,
    nowMs: () => nowMs,
    elapsedMs: () => nowMs,
    sleep: async (ms) => {
      if (ms > 0) slept.push(ms);
      nowMs += ms;
    },
  };
}
