import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { systemClock, type Clock } from "../../clock.ts";
import { openCappedLog } from "./capped-log.ts";
import { configFile, configXml } from "./config.ts";
import { lockFolder } from "./folder-lock.ts";
import { freePorts } from "./free-ports.ts";
import { launch, type LaunchOptions, type Running } from "./launch.ts";
import { loadPeers, type PeerImports } from "./peers.ts";
import { supervise, type EmbeddedEvent } from "./supervise.ts";

/**
 * A ClickHouse server of our own, for every ClickHouse client on this machine.
 * Create tables in a database of your own: one made by CREATE DATABASE is kept over restarts, with its data and the
 * tokens of `non_replicated_deduplication_window`.
 */
export interface EmbeddedClickHouse {
  /** Where it answers HTTP; the same over restarts of the server. */
  readonly url: string;
  /** Where it answers the native protocol, on the same host. */
  readonly nativePort: number;
  /** Process id of the server that runs now; another one after a restart. */
  pid(): number;
  /** Stops the server and gives the data folder back. May be called again. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Folder of its own; made when missing. One server at a time. */
  readonly dataDir: string;
  /** Told of every start, end and failed restart. */
  readonly onEvent?: (event: EmbeddedEvent) => void;
  readonly clock?: Clock;
  /** For tests of what happens without the optional peers. */
  readonly peers?: PeerImports;
}

/** A port picked as free may be gone before the server listens; then others are picked, this often. */
const portPicksMax = 3;

/**
 * Starts ClickHouse as a supervised child process on loopback and resolves once it answers.
 * It is restarted when it dies, and dies with us.
 *
 * @example
 * const clickhouse = await startEmbeddedClickHouse({ dataDir: "answerable-data/clickhouse" });
 * const client = createClient({ url: clickhouse.url });
 */
export async function startEmbeddedClickHouse(options: EmbeddedOptions): Promise<EmbeddedClickHouse> {
  const { onEvent = () => undefined, clock = systemClock } = options;
  await loadPeers(options.peers);
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  const unlock = lockFolder(dataDir);
  try {
    writeFileSync(join(dataDir, configFile), configXml);
    const log = openCappedLog({ path: join(dataDir, "server.log") });
    const { settings, first } = await firstLaunch({ dataDir, log, clock });
    const relaunch = (signal: AbortSignal): Promise<Running> => launch({ ...settings, signal });
    const supervised = supervise({ first, relaunch, onEvent, clock });
    return {
      url: `http://127.0.0.1:${settings.place.httpPort}`,
      nativePort: settings.place.nativePort,
      pid: () => supervised.pid(),
      stop: () => supervised.stop().finally(unlock),
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

type Settings = Omit<LaunchOptions, "signal">;

async function firstLaunch({
  dataDir,
  ...rest
}: Omit<Settings, "place"> & { readonly dataDir: string }): Promise<{ settings: Settings; first: Running }> {
  for (let pick = 1; ; pick += 1) {
    const [httpPort = 0, nativePort = 0] = await freePorts(2);
    const settings = { ...rest, place: { dataDir, httpPort, nativePort } };
    try {
      return { settings, first: await launch({ ...settings, signal: new AbortController().signal }) };
    } catch (error) {
      const taken = error instanceof Error && error.message.includes("Address already in use");
      if (!taken || pick === portPicksMax) throw error;
    }
  }
}
