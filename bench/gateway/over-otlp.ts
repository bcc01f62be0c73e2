import { agentBatch, spanCount } from "../agent-batch.ts";
import type { Figure } from "../figure.ts";
import { megabytes } from "../store.ts";
import type { BenchTopic } from "../topic.ts";
import { configurations, startGateway } from "./collector.ts";
import { measured, rate, told, type Turn } from "./contender.ts";

const requests = 1500;
const warmUp = 300;
const requestsAtOnce = 8;
const turns = ["with", "without", "with", "without"] as const;
const peer = "the same Collector without it";

type Say = (line: string) => void;

/**
 * Requests of 200 spans over OTLP/HTTP, each acknowledged when it is in the queue on disk. One identity a request is what
 * an agent's SDK sends; twenty is what a collector in between may.
 */
export async function overOtlp(topic: BenchTopic, progress: Say): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const identities of [1, 20]) {
    const bodies = Array.from({ length: warmUp + requests }, (_, at) => agentBatch(at, identities));
    const took: Record<(typeof turns)[number], Turn[]> = { with: [], without: [] };
    for (const who of turns) {
      const one = await startGateway(
        who,
        who === "with" ? configurations.gateway : configurations.without,
        topic,
      );
      try {
        await measured(one, warmUp * spanCount, () => post(one.url, bodies.slice(0, warmUp)));
        const turn = await measured(one, requests * spanCount, () => post(one.url, bodies.slice(warmUp)));
        took[who].push(turn);
        progress(`gateway, ${String(identities)} identities a request, ${who} the processor: ${told(turn)}`);
      } finally {
        await one.stop();
      }
    }
    figures.push(...figuresOf(identities, took));
  }
  return figures;
}

function figuresOf(identities: number, took: Record<"with" | "without", readonly Turn[]>): Figure[] {
  const peak = (all: readonly Turn[]): number => megabytes(Math.max(...all.map((turn) => turn.peakBytes)));
  const [value, peerValue] = [rate(took.with), rate(took.without)];
  const [memory, peerMemory] = [peak(took.with), peak(took.without)];
  const name = `gateway-${String(identities)}-identities`;
  return [
    { name, value, unit: "spans/s of CPU", peer, peerValue, ratio: value / peerValue },
    {
      name: `${name}-memory`,
      value: memory,
      unit: "MB at most",
      peer,
      peerValue: peerMemory,
      ratio: peerMemory / memory,
    },
  ];
}

async function post(url: string, bodies: readonly Uint8Array[]): Promise<void> {
  let next = 0;
  const sender = async (): Promise<void> => {
    for (let at = next++; at < bodies.length; at = next++) {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/x-protobuf" },
        body: new Uint8Array(bodies[at] ?? []),
      });
      await answer.arrayBuffer();
      if (answer.status !== 200)
        throw new Error(`request ${String(at)} was answered ${String(answer.status)}`);
    }
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, sender));
}
