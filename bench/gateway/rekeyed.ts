import { freePorts } from "../../detector/store/embedded/free-ports.ts";
import { agentBatch, spanCount } from "../agent-batch.ts";
import type { Figure } from "../figure.ts";
import { startMeasured } from "../measured-process.ts";
import type { BenchTopic } from "../topic.ts";
import { configurations, startGateway } from "./collector.ts";
import { type Contender, counted, measured, rate, told, type Turn } from "./contender.ts";

const records = 1500;
const warmUp = 300;
const identities = 20;
const turns = ["collector", "process", "collector", "process"] as const;

type Say = (line: string) => void;

/** A raw topic of OTLP re-keyed, by the Collector and by `answerable process`: records of 200 spans of twenty identities. */
export async function rekeyed(topic: BenchTopic, progress: Say): Promise<Figure> {
  const bodies = Array.from({ length: warmUp + records }, (_, at) => agentBatch(at, identities));
  const contenders = {
    collector: () => startGateway("collector", configurations.rekey, topic),
    process: () => startProcess(topic),
  };
  const took: Record<keyof typeof contenders, Turn[]> = { collector: [], process: [] };
  let sent = 0;
  const send = async (from: number, to: number): Promise<void> => {
    await topic.sendRaw(bodies.slice(from, to));
    sent += to - from;
  };
  const read = { collector: 0, process: 0 };
  for (const who of turns) {
    const one = await contenders[who]();
    try {
      // What came while the other was measured is caught up on first, and warms it up.
      const missed = sent - read[who];
      await measured(one, (missed + warmUp) * spanCount, () => send(0, warmUp));
      const turn = await measured(one, records * spanCount, () => send(warmUp, warmUp + records));
      read[who] = sent;
      took[who].push(turn);
      progress(`rekeyed by ${who}: ${told(turn)}`);
    } finally {
      await one.stop();
    }
  }
  const [value, peerValue] = [rate(took.collector), rate(took.process)];
  return {
    name: "rekeyed",
    value,
    unit: "spans/s of CPU",
    peer: "answerable process",
    peerValue,
    ratio: value / peerValue,
  };
}

async function startProcess(topic: BenchTopic): Promise<Contender> {
  const [port] = await freePorts(1);
  const listen = `127.0.0.1:${String(port)}`;
  const process = await startMeasured("detector/main.js", ["process"], /processing/u, {
    ANSWERABLE_KAFKA_BROKERS: topic.broker,
    ANSWERABLE_TELEMETRY_LISTEN: listen,
  });
  return {
    name: "answerable process",
    process,
    written: counted(`http://${listen}`, "answerable_process_spans_total", { direction: "out" }),
    stop: () => process.stop(),
  };
}
