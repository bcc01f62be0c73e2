import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Area, type Figure, median } from "../figure.ts";
import type { Percentiles } from "../percentiles.ts";
import type { Ready } from "./subject.ts";

const subject = fileURLToPath(new URL("subject.js", import.meta.url));
const rounds = 9;
const warmUpRounds = 3;
const callsARound = 20_000;
/** How long a round may take at most; who is slow makes fewer calls. */
const roundMs = 1500;
const callsMin = 1000;
const peer = "@microsoft/agent-governance-sdk 4.0.0";

interface Sides {
  readonly ours: Percentiles;
  readonly theirs: Percentiles;
}

/** What it costs to ask before each call, and to write down that it was asked, beside Microsoft's Agent Governance Toolkit. */
export const guard: Area = {
  area: "guard",
  async run(progress) {
    const few = await sides("full", 100, progress);
    const many = await sides("full", 10_000, progress);
    const decision = await sides("decision", 100, progress);
    const growth = (of: (one: Percentiles) => number): readonly [number, number] => [
      of(many.ours) / of(few.ours),
      of(many.theirs) / of(few.theirs),
    ];
    return [
      figure("guard-p50", "µs", us(few, "p50")),
      figure("guard-p99", "µs", us(few, "p99")),
      figure("guard-10k-rules", "µs at p99", us(many, "p99")),
      figure("guard-10k-rules-p50", "µs", us(many, "p50")),
      figure(
        "guard-growth-p50",
        "× from 100 to 10,000 rules",
        growth((one) => one.p50),
      ),
      figure(
        "guard-growth-p99",
        "× from 100 to 10,000 rules",
        growth((one) => one.p99),
      ),
      figure("guard-decision-p50", "µs", us(decision, "p50")),
      figure("guard-decision-p99", "µs", us(decision, "p99")),
    ];
  },
};

function us({ ours, theirs }: Sides, which: keyof Percentiles): readonly [number, number] {
  return [ours[which] / 1000, theirs[which] / 1000];
}

function figure(name: string, unit: string, [value, peerValue]: readonly [number, number]): Figure {
  return { name, value, unit, peer, peerValue, ratio: peerValue / value };
}

/** Rounds of the two in turns; of each the median of its rounds. */
async function sides(path: string, rules: number, progress: (line: string) => void): Promise<Sides> {
  const ours = await begin("ours", path, rules);
  const theirs = await begin("theirs", path, rules);
  try {
    if (ours.ready.allowed !== theirs.ready.allowed) throw new Error("They decide otherwise.");
    const took = { ours: [] as Percentiles[], theirs: [] as Percentiles[] };
    for (let round = 0; round < warmUpRounds + rounds; round += 1) {
      const [mine, other] = [await ours.round(), await theirs.round()];
      if (round < warmUpRounds) continue;
      took.ours.push(mine);
      took.theirs.push(other);
    }
    const { p50, p99 } = ours.ready.timer;
    progress(
      `guard: ${path}, ${String(rules)} rules; in each call is the timer, p50 ${String(p50)} ns, p99 ${String(p99)} ns`,
    );
    return { ours: middle(took.ours), theirs: middle(took.theirs) };
  } finally {
    ours.stop();
    theirs.stop();
  }
}

function middle(took: readonly Percentiles[]): Percentiles {
  return { p50: median(took.map((one) => one.p50)), p99: median(took.map((one) => one.p99)) };
}

async function begin(who: string, path: string, rules: number) {
  const child = fork(subject, [who, path, String(rules)]);
  const [ready] = (await once(child, "message")) as [Ready];
  let calls = callsMin;
  return {
    ready,
    async round(): Promise<Percentiles> {
      const startedAt = performance.now();
      child.send(calls);
      const [took] = (await once(child, "message")) as [Percentiles];
      const eachMs = (performance.now() - startedAt) / calls;
      calls = Math.max(callsMin, Math.min(callsARound, Math.floor(roundMs / eachMs)));
      return took;
    },
    stop: () => child.disconnect(),
  };
}
