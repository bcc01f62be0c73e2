import { metricsOf } from "../../test/support/metrics.ts";
import { setTimeout as delay } from "node:timers/promises";
import type { MeasuredProcess } from "../measured-process.ts";
import { megabytes } from "../store.ts";

/** A program that writes spans to Kafka, and counts them on a page of metrics. */
export interface Contender {
  readonly name: string;
  readonly process: MeasuredProcess;
  /** Spans that Kafka has taken. */
  readonly written: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** What one turn took. */
export interface Turn {
  readonly spans: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

const waitMs = 180_000;

/** Spans by a counter of a page of metrics. */
export function counted(
  url: string,
  name: string,
  labels: Record<string, string> = {},
): () => Promise<number> {
  return async () => (await metricsOf(url)).sum(name, labels) ?? 0;
}

/** Measures from before `send` until Kafka has taken as many spans more. */
export async function measured(one: Contender, spans: number, send: () => Promise<void>): Promise<Turn> {
  const before = { written: await one.written(), cpu: one.process.cpuSeconds() };
  await send();
  await reached(one, before.written + spans);
  const cpuSeconds = one.process.cpuSeconds() - before.cpu;
  return { spans, cpuSeconds, peakBytes: one.process.peakBytes() };
}

async function reached(one: Contender, wanted: number): Promise<void> {
  const until = Date.now() + waitMs;
  for (let written = await one.written(); written < wanted; written = await one.written()) {
    if (Date.now() > until) throw new Error(`${one.name} has written ${written} of ${wanted} spans`);
    await delay(100);
  }
}

export const rate = (turns: readonly Turn[]): number =>
  Math.round(
    turns.reduce((sum, turn) => sum + turn.spans, 0) / turns.reduce((sum, turn) => sum + turn.cpuSeconds, 0),
  );

export const told = (turn: Turn): string =>
  `${rate([turn])} spans a second of CPU, at most ${megabytes(turn.peakBytes)} MB`;
