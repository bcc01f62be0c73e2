import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../detector/clock.ts";
import { openCappedLog } from "../detector/store/embedded/capped-log.ts";
import { configFile, configXml } from "../detector/store/embedded/config.ts";
import { freePorts } from "../detector/store/embedded/free-ports.ts";
import { launch } from "../detector/store/embedded/launch.ts";

/** A ClickHouse server that stays away once it was killed: nobody supervises it. */
export interface ClickHouseServer {
  readonly url: string;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same port and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server on loopback with its data in a folder that is there; it dies with us. */
export async function startClickHouse(dataDir: string): Promise<ClickHouseServer> {
  mkdirSync(join(dataDir, "data"), { recursive: true });
  writeFileSync(join(dataDir, configFile), configXml);
  const [httpPort = 0, nativePort = 0] = await freePorts(2);
  const log = openCappedLog({ path: join(dataDir, "server.log") });
  const start = async () => {
    const options = { place: { dataDir, httpPort, nativePort }, log, clock: systemClock };
    // Long: one that was killed reads all parts again before it answers.
    const running = await launch({
      ...options,
      signal: new AbortController().signal,
      readyWithinMs: 120_000,
    });
    return running.process;
  };
  let server = await start();
  return {
    url: `http://127.0.0.1:${String(httpPort)}`,
    async kill() {
      process.kill(server.pid, "SIGKILL");
      await server.ended;
    },
    restart: async () => void (server = await start()),
    stop: () => server.stop(),
  };
}
