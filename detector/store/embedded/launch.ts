import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import type { CappedLog } from "./capped-log.ts";
import { configFile } from "./config.ts";
import { startProcess, type Ending, type ServerProcess } from "./process.ts";

/** Where a server keeps its data and listens. */
interface Place {
  readonly dataDir: string;
  readonly httpPort: number;
  readonly nativePort: number;
}

/** A server that has answered, and how long that took. */
export interface Running {
  readonly process: ServerProcess;
  readonly elapsedMs: number;
}

export interface LaunchOptions {
  readonly place: Place;
  readonly log: CappedLog;
  readonly clock: Clock;
  /** Gives up, and leaves no process behind. */
  readonly signal: AbortSignal;
  readonly readyWithinMs?: number;
}

const pollMs = 50;
const pingMs = 1_000;

/** Starts a server and resolves once it answers; otherwise throws what it said last, and no process is left. */
export async function launch({
  place,
  log,
  clock,
  signal,
  readyWithinMs = 30_000,
}: LaunchOptions): Promise<Running> {
  const startedAtMs = clock.nowMs();
  const process = startProcess({ args: argumentsOf(place), log, clock });
  const endings: Ending[] = [];
  void process.ended.then((how) => endings.push(how));
  while (endings.length === 0 && !signal.aborted && clock.nowMs() - startedAtMs < readyWithinMs) {
    // A stranger may answer on a port that was taken from us; then our own process ends, which is looked at last.
    const answers = await ping(place.httpPort);
    if (answers && endings.length === 0) return { process, elapsedMs: clock.nowMs() - startedAtMs };
    await clock.sleep(pollMs, signal);
  }
  const [ending] = endings;
  const trouble =
    ending === undefined ? `did not answer within ${readyWithinMs} ms` : `ended (${told(ending)})`;
  await process.stop();
  throw new Error(`The embedded ClickHouse ${trouble}. It said last:\n${log.tail().join("\n")}`);
}

/** An ending in words. */
export function told({ code, signal }: Ending): string {
  return signal === null ? `code ${code}` : `signal ${signal}`;
}

function argumentsOf({ dataDir, httpPort, nativePort }: Place): readonly string[] {
  return [
    `--path=${join(dataDir, "data")}`,
    `--config-file=${join(dataDir, configFile)}`,
    `--http_port=${httpPort}`,
    `--tcp_port=${nativePort}`,
    "--listen_host=127.0.0.1",
  ];
}

async function ping(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/ping`, { signal: AbortSignal.timeout(pingMs) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
