import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { repositoryRoot } from "../test/support/repository.ts";
import { type MeasuredProcess, startProgram } from "./measured-process.ts";

const version = "0.158.0";
export const collectorName = `OpenTelemetry Collector ${version}`;

const sources = join(repositoryRoot, "bench", "peers", "collector");
const manifest = join(sources, "builder.yaml");

/** What the Collector is told: where to read, and where to write. */
export interface CollectorPlace {
  readonly broker: string;
  readonly topic: string;
  readonly clickHousePort: number;
  readonly database: string;
}

/**
 * Builds the stock Collector with the OpenTelemetry Collector Builder and resolves with the program's path. It is built
 * once for a manifest and kept in `node_modules/.cache/answerable`, as it takes minutes.
 *
 * @throws Error with a sentence when Go is missing or the build fails.
 */
export async function buildCollector(progress: (line: string) => void): Promise<string> {
  const text = readFileSync(manifest, "utf8");
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const cache = join(repositoryRoot, "node_modules", ".cache", "answerable");
  const folder = join(cache, `collector-${digest}`);
  const program = join(folder, "otelcol-peer");
  if (existsSync(program)) return program;
  needGo();
  progress(
    `building the ${collectorName}, once; some minutes: it fetches and compiles 165 MB of Go modules into ${folder}`,
  );
  // Complete under another name first: a build that was cut short must not look like a Collector.
  const draft = join(cache, `draft-${process.pid}`);
  mkdirSync(draft, { recursive: true });
  try {
    writeFileSync(join(draft, "builder.yaml"), text);
    await build(draft, progress);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  return program;
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

function needGo(): void {
  if (spawnSync("go", ["version"]).status === 0) return;
  throw new Error(
    "The stock OpenTelemetry Collector, which this is measured beside, is built with Go 1.26 or newer, and there is no `go` here (https://go.dev/dl). The other areas do without it.",
  );
}

async function build(folder: string, progress: (line: string) => void): Promise<void> {
  const builder = `go.opentelemetry.io/collector/cmd/builder@v${version}`;
  const child = spawn("nice", ["-n", "10", "go", "run", builder, "--config", "builder.yaml"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: string[] = [];
  hear(child, (line) => {
    said.push(line);
    const step = /\t(Getting go modules|Compiling|Compiled)/u.exec(line)?.[1];
    if (step !== undefined) progress(`  ${step}`);
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0)
    throw new Error(`The Collector can't be built (status ${code}):\n${said.slice(-20).join("\n")}`);
}

function hear(child: ChildProcess, onLine: (line: string) => void): void {
  if (child.stderr !== null) createInterface({ input: child.stderr }).on("line", onLine);
}
