/**
 * A process that judges what real agents did, alone or among identities that somebody invents, each seen once or twice.
 *
 *   node flood.js URL DATABASE INVENTED
 */
import type { LogRecord } from "../../detector/stream/ports.ts";
import { readFileSync } from "node:fs";
import { agentBatch, agentCount, spanCount } from "../agent-batch.ts";
import { engineOn, openBench, recordAt } from "./engine.ts";
import { SpanTemplate } from "./spans.ts";

/** What a flood came to, so far or at its end. */
export interface Flooded {
  readonly share: number;
  readonly spans: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly identities: number;
}

const [url = "", name = "", count = "0"] = process.argv.slice(2);
const invented = Number(count);
/** Every third is seen twice. */
const spansInvented = Math.ceil((invented * 4) / 3);
/** Batches of real agents: nine days of each, so that they have a habit and something new to show. */
const batches = 9 * agentCount;
const { database, store } = openBench(url, name);
// Without a quota: all that is invented is let in, and only the budget of states keeps the real ones.
const engine = engineOn(store, 0);
const template = new SpanTemplate("invented");
const dayMs = 86_400_000;
/** As many as a worker that is behind finds in one fetch. */
const batchesAtOnce = 10;

/** Invented spans come in the order of their numbers; those seen again do so one day's share later. */
function inventedAt(nth: number): number {
  const round = Math.floor(nth / 4);
  return nth % 4 === 3 ? Math.max(0, round - 5000) * 3 : round * 3 + (nth % 4);
}

function floodRequest(from: number, startMs: number): Uint8Array {
  return template.request((nth) => ({
    identity: inventedAt(from + nth) % Math.max(1, invented),
    session: 2_000_000_000 + from + nth,
    span: 2_000_000_000 + from + nth,
    startMs: startMs + nth,
  }));
}

let offset = 0;
let sent = 0;
let records: LogRecord[] = [];
for (let batch = 0; batch < batches; batch += 1) {
  // A batch of `agentBatch` starts where this says.
  const seconds = ((batch % agentCount) * spanCount * 1234567) / 1e6;
  const startMs = 1_760_000_000_000 + Math.floor(batch / agentCount) * dayMs + Math.floor(seconds * 1000);
  records.push(recordAt(offset++, agentBatch(batch), startMs + dayMs));
  const due = ((batch + 1) / batches) * spansInvented;
  for (; sent < due; sent += spanCount)
    records.push(recordAt(offset++, floodRequest(sent, startMs), startMs + dayMs));
  if ((batch + 1) % batchesAtOnce !== 0 && batch + 1 < batches) continue;
  await engine.worker.offer(records);
  records = [];
  tell(batch / batches);
}
await engine.worker.flush();
tell(1);
await database.close();
process.disconnect?.();

function tell(share: number): void {
  const { user, system } = process.cpuUsage();
  const flooded: Flooded = {
    share,
    spans: engine.actions(),
    cpuSeconds: (user + system) / 1e6,
    peakBytes: Number(/VmHWM:\s+(\d+)/u.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0) * 1024,
    identities: engine.held().identities,
  };
  process.send?.(flooded);
}
