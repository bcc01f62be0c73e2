/** Every client that ships behind the port `RecordSource`; each must keep the contract. */
import { Config } from "../../../detector/config/config.ts";
import { systemClock } from "../../../detector/clock.ts";
import { type KafkaClient, openKafka } from "../../../detector/ingest/kafka.ts";
import type { RecordSource } from "../../../detector/stream/record-source.ts";

export type OpenAdapter = (brokers: readonly string[], timing: Timing) => RecordSource;

interface Timing {
  readonly sessionTimeoutMs: number;
  readonly heartbeatMs: number;
}

export const adapters: Readonly<Record<string, OpenAdapter>> = {
  kafkajs: openClient,
};

/** The client with all that the program asks of it. */
export function openClient(brokers: readonly string[], timing: Partial<Timing> = {}): KafkaClient {
  const config = Config.parse({ kafka: { brokers, ...timing } });
  return openKafka(config.kafka, {
    log: () => undefined,
    clock: systemClock,
    telemetry: { count: () => undefined },
    owner: "test",
    inflatedBytesMax: config.limits.inflatedBytesMax,
    fetchBytesMax: 1024 * 1024,
  });
}
