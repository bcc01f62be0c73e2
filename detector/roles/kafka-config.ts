import type { Config } from "../config/config.ts";
import type { KafkaAround } from "../ingest/kafka.ts";
import type { Context } from "./context.ts";

/** Largest value of a record: below the brokers' usual limit of 1 MiB for a whole batch, with room for its overhead. */
export const recordBytesMax = 900_000;

/** What is fetched of a partition stays bounded whatever is set; its chunks then have no more than this. */
const fetchBytesMax = 16 * 1024 * 1024;

/** The Kafka settings of a role that can't do without. */
export function brokersOf(config: Config): Config["kafka"] {
  if (config.kafka.brokers.length === 0)
    throw new Error("kafka.brokers is not set (ANSWERABLE_KAFKA_BROKERS=host:port,…); this role needs Kafka");
  return config.kafka;
}

/** What a Kafka client is given by its role. */
export function kafkaAround({ config, log, clock, telemetry, owner }: Context): KafkaAround {
  return {
    log,
    clock,
    telemetry,
    owner,
    inflatedBytesMax: config.limits.inflatedBytesMax,
    fetchBytesMax: Math.min(config.chunk.bytesMax, fetchBytesMax),
  };
}
