import { join } from "node:path";
import { buildDistribution } from "../scripts/collector/build.ts";
import { collectorVersion } from "../scripts/collector/distribution.ts";
import { repositoryRoot } from "../test/support/repository.ts";
import { type MeasuredProcess, startProgram } from "./measured-process.ts";

export const collectorName = `OpenTelemetry Collector ${collectorVersion}`;

const sources = join(repositoryRoot, "bench", "peers", "collector");

/** What the Collector is told: where to read, and where to write. */
export interface CollectorPlace {
  readonly broker: string;
  readonly topic: string;
  readonly clickHousePort: number;
  readonly database: string;
}

/**
 * Builds the stock Collector, once, and resolves with the program's path.
 *
 * @throws Error with a sentence when Go is missing or the build fails.
 */
export function buildCollector(progress: (line: string) => void): Promise<string> {
  return buildDistribution({ name: "otelcol-peer", manifest: join(sources, "builder.yaml") }, progress);
}

/** Starts the built Collector; resolves once it runs. It joins its consumer group a moment later. */
export function startCollector(program: string, place: CollectorPlace): Promise<MeasuredProcess> {
  return startProgram(program, ["--config", join(sources, "collector.yaml")], /Everything is ready/u, {
    PEER_BROKER: place.broker,
    PEER_TOPIC: place.topic,
    PEER_CLICKHOUSE_PORT: String(place.clickHousePort),
    PEER_DATABASE: place.database,
  });
}
