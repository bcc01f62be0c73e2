import { join } from "node:path";
import { freePorts } from "../../detector/store/embedded/free-ports.ts";
import { builtCollector } from "../../test/support/collector.ts";
import { repositoryRoot } from "../../test/support/repository.ts";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { startProgram } from "../measured-process.ts";
import type { BenchTopic } from "../topic.ts";
import { type Contender, counted } from "./contender.ts";

const shipped = join(repositoryRoot, "collector", "config");
const changes = join(repositoryRoot, "bench", "gateway");

/** Configurations of the Collector that is measured: as shipped, and the shipped one without our processor. */
export const configurations = {
  gateway: [join(shipped, "gateway.yaml")],
  without: [join(shipped, "gateway.yaml"), join(changes, "without.yaml")],
  rekey: [join(shipped, "rekey.yaml")],
} as const;

/** A Collector under measurement, and where it takes OTLP over HTTP. */
export async function startGateway(
  name: string,
  configs: readonly string[],
  topic: BenchTopic,
): Promise<Contender & { readonly url: string }> {
  const folder = tempFolder("bench-collector");
  const [grpc = 0, http = 0, health = 0, metrics = 0] = await freePorts(4);
  const process = await startProgram(
    await builtCollector(),
    configs.flatMap((config) => ["--config", config]),
    /Everything is ready/u,
    {
      ANSWERABLE_KAFKA_BROKERS: topic.broker,
      ANSWERABLE_OTLP_GRPC: `127.0.0.1:${grpc}`,
      ANSWERABLE_OTLP_HTTP: `127.0.0.1:${http}`,
      ANSWERABLE_HEALTH: `127.0.0.1:${health}`,
      ANSWERABLE_METRICS_PORT: String(metrics),
      ANSWERABLE_QUEUE_DIR: join(folder.path, "queue"),
    },
  );
  return {
    name,
    process,
    url: `http://127.0.0.1:${http}/v1/traces`,
    // The queue of the processor counts what it hands on under the same name.
    written: counted(`http://127.0.0.1:${metrics}`, "otelcol_exporter_sent_spans", { exporter: "kafka" }),
    stop: async () => {
      await process.stop();
      folder.remove();
    },
  };
}
