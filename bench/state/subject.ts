/**
 * A process that holds the states of one partition and judges records that it makes itself; another tells it how many,
 * over Node's channel between them.
 *
 *   node subject.js URL DATABASE IDENTITIES
 */
import { readFileSync } from "node:fs";
import { spanCount } from "../agent-batch.ts";
import { engineOn, openBench, partition, recordAt } from "./engine.ts";
import { knownPrefix, presentMs } from "./seed.ts";
import { sessionLength, SpanTemplate } from "./spans.ts";

/** What judging some records took. */
export interface Fed {
  readonly spans: number;
  readonly cpuSeconds: number;
  readonly identities: number;
  readonly stateBytes: number;
  readonly residentBytes: number;
  readonly peakBytes: number;
}

const [url = "", name = "", count = "0"] = process.argv.slice(2);
const identities = Number(count);
const { database, store } = openBench(url, name);
const engine = engineOn(store);
const template = new SpanTemplate(knownPrefix);
/** Records that are given at once: as many as make a chunk. */
const recordsAtOnce = 64;
let offset = -1;
let sessions = 0;

/** Sessions of identities that come in no order, each as often as the others; no two sessions follow of one. */
function nextRequest(): Uint8Array {
  const from = offset * spanCount;
  const sessionFrom = sessions;
  sessions += spanCount / sessionLength;
  return template.request((nth) => {
    const session = sessionFrom + Math.floor(nth / sessionLength);
    return {
      identity: (session * 7919) % identities,
      session: 1_000_000_000 + session,
      span: 1_000_000_000 + from + nth,
      startMs: presentMs + (from + nth) * 10,
    };
  });
}

async function feed(records: number): Promise<Fed> {
  const before = engine.actions();
  offset = offset === -1 ? ((await engine.worker.position()) ?? 0) : offset;
  let cpuUs = 0;
  for (let given = 0; given < records; given += recordsAtOnce) {
    const some = Array.from({ length: Math.min(recordsAtOnce, records - given) }, () => {
      const record = recordAt(offset, nextRequest(), presentMs + (offset + 1) * spanCount * 10);
      offset += 1;
      return record;
    });
    const begun = process.cpuUsage();
    const stored = await engine.worker.offer(some);
    const { user, system } = process.cpuUsage(begun);
    if (stored === "fenced") throw new Error(`somebody else has taken ${partition.topic} over`);
    cpuUs += user + system;
  }
  return { spans: engine.actions() - before, cpuSeconds: cpuUs / 1e6, ...heldNow() };
}

function heldNow(): Pick<Fed, "identities" | "stateBytes" | "residentBytes" | "peakBytes"> {
  const peak = /VmHWM:\s+(\d+)/u.exec(readFileSync("/proc/self/status", "utf8"));
  return {
    identities: engine.held().identities,
    stateBytes: engine.held().bytes,
    residentBytes: process.memoryUsage.rss(),
    peakBytes: Number(peak?.[1] ?? 0) * 1024,
  };
}

process.on("message", (records: number) => {
  void feed(records).then((fed) => process.send?.(fed));
});
process.once("disconnect", () => void database.close());
