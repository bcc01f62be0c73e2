import { detectors as shipped } from "../../detector/detect/index.ts";
import { batchesOf } from "../../detector/replay/batches.ts";
import { encodeSpans } from "../../detector/replay/otlp.ts";
import type { LogRecord } from "../../detector/stream/ports.ts";
import { agentBatch, agentCount } from "../agent-batch.ts";
import { type Area, type Figure, median } from "../figure.ts";
import { recordAt } from "../state/engine.ts";
import { exactTerms } from "./exact-terms.ts";
import { costOf, JudgedLog } from "./judged-log.ts";

const recorded = "deploy/demo/agentdojo.sample.jsonl.gz";
/** Of the generated log: an agent's day is a batch of 200 actions. */
const agents = 5;
const days = 14;
/** The times that a log is judged before anything is measured: by then every identity has passed the gate. */
const warmRounds = 3;
const targetUs = 4;
const targetBytes = 16 * 1024;
/** After all that is measured, when the log says its records were taken: nothing in it is ahead of its time. */
const takenMs = Date.parse("2999-01-01T00:00:00Z");

/**
 * What the detectors cost: processor time an action beyond judging without any, and bytes packed of the identity that needs
 * most. On recorded runs, and on agents that do the same things every day. Each detector by itself stands beside the goal
 * for all of them, all together also beside a process that keeps every term of every field in a `Set`.
 */
export const detectors: Area = {
  area: "detectors",
  async run(progress) {
    const logs = [
      { name: "recorded", log: new JudgedLog(await recordedLog()) },
      { name: "agents", log: new JudgedLog(generatedLog()) },
    ];
    const figures: Figure[] = [];
    for (const { name, log } of logs) {
      progress(`detectors: ${name}: ${log.actions} actions`);
      for (const one of shipped) figures.push(...measure(log, `${one.id}-${name}`, [one]));
      figures.push(...measure(log, `all-${name}`, shipped));
    }
    return figures;
  },
};

function measure(log: JudgedLog, name: string, asked: typeof shipped): Figure[] {
  const ours = log.judge(asked);
  const without = log.judge([]);
  for (let round = 0; round < warmRounds; round += 1) for (const one of [ours, without]) one.once();
  const [withUs, withoutUs] = costOf(ours, without);
  const empty = median(without.bytes());
  const us = Math.max(0, withUs - withoutUs) / log.actions;
  const bytes = Math.max(...ours.bytes()) - (asked === shipped ? 0 : empty);
  const time = (peer: string, peerValue: number): Figure => ({
    name: `detectors-${name}`,
    value: us,
    unit: "µs of CPU an action",
    peer,
    peerValue,
    ratio: peerValue / us,
  });
  return [
    time("the goal for all", targetUs),
    ...(asked === shipped ? [time("judging without detectors", withoutUs / log.actions)] : []),
    ...(asked === shipped ? [time("exact terms of all fields in Sets", exactTerms(log) / log.actions)] : []),
    {
      name: `detectors-${name}-state`,
      value: bytes,
      unit: "bytes packed, at most",
      peer: "the goal for all",
      peerValue: targetBytes,
      ratio: targetBytes / Math.max(1, bytes),
    },
  ];
}

async function recordedLog(): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const { spans } of batchesOf(recorded))
    records.push(recordAt(records.length, encodeSpans(spans), takenMs));
  return records;
}

function generatedLog(): LogRecord[] {
  return Array.from({ length: agents * days }, (_, nth) =>
    recordAt(nth, agentBatch(Math.floor(nth / agents) * agentCount + (nth % agents)), takenMs),
  );
}
