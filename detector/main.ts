#!/usr/bin/env node
/** The program: reads the environment, wires, handles signals. The only file that sees the process. */
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { doctorVerb } from "./cli/doctor-verb.ts";
import type { RunMcpProxy } from "./cli/mcp-proxy-verb.ts";
import { runProgram, type Verbs } from "./cli/program.ts";
import type { OpenPlayer } from "./cli/replay-verb.ts";
import { verbsOf } from "./cli/verbs.ts";
import { systemClock } from "./clock.ts";
import { loadConfig } from "./config/load.ts";
import { createLog } from "./log.ts";
import { packageVersion } from "./roles/package-files.ts";
import { watchEventLoop } from "./event-loop.ts";
import type { RoleName } from "./metrics.ts";
import { otlpPush } from "./otlp-export.ts";
import { createTelemetry, type Telemetry } from "./telemetry.ts";

const out = (text: string): void => void process.stdout.write(text);
const err = (text: string): void => void process.stderr.write(text);

// Whoever reads along may leave early, as `head` does; that is no trouble of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

/** Wrong settings, told a sentence each. */
class WrongSettings extends Error {}

async function prepare({ config }: { readonly config?: string }): Promise<Verbs> {
  const path = config ?? (process.env["ANSWERABLE_CONFIG"] || undefined);
  const loaded = await loadConfig({
    ...(path === undefined ? {} : { path }),
    env: process.env,
    readFile: (file) => readFile(file, "utf8"),
  });
  if (!loaded.ok) throw new WrongSettings(loaded.problems.join("\n"));
  const telemetry = createTelemetry();
  const context = {
    config: loaded.config,
    clock: systemClock,
    log: createLog({ write: err, isTty: process.stderr.isTTY, clock: systemClock }),
    telemetry,
    signal: stopSignal(),
    out,
    owner: `${hostname()}:${String(process.pid)}:${String(systemClock.nowMs())}`,
  };
  const telemetryOf = (role: RoleName): Telemetry => {
    const push = otlpPush(process.env, context.log);
    const ofRole = createTelemetry({
      role,
      version: packageVersion(),
      instance: context.owner,
      ...(push === undefined ? {} : { push }),
    });
    watchEventLoop(ofRole);
    return ofRole;
  };
  return verbsOf(context, {
    telemetryOf,
    token: process.env["ANSWERABLE_TOKEN"],
    stderr: process.stderr,
    openPlayer,
  });
}

/** Loaded when it is asked for: nothing else of the service needs the SDK. */
const openPlayer: OpenPlayer = async (tools) =>
  (await import("../instrumentation/play/index.ts")).openPlayer(tools);

/** Loaded when it is asked for, as above; the status is the server's. */
const runMcpProxy: RunMcpProxy = async (server, options) => {
  const { mcpProxy } = await import("../instrumentation/mcp-proxy/index.ts");
  serverStatus = await mcpProxy({ ...options, server, input: process.stdin, output: process.stdout });
};
let serverStatus = 0;

/** Aborted by the first Ctrl-C or SIGTERM; the second one ends the program where it stands. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(130);
      err("\nstopping; what was taken in is stored first\n");
      stop.abort();
    });
  }
  return stop.signal;
}

/** A connection that a server left hanging must not hold the program open once all is done. */
const leaveWithinMs = 500;

try {
  const status = await runProgram(process.argv.slice(2), {
    version: packageVersion(),
    out,
    err,
    prepare,
    doctor: (given) => doctorVerb(given, { folder: process.cwd(), out }),
    mcpProxy: runMcpProxy,
  });
  process.exitCode = status ?? serverStatus;
} catch (error) {
  const isAbort = error instanceof Error && error.name === "AbortError";
  if (!isAbort) err(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = isAbort ? 0 : 1;
} finally {
  setTimeout(() => process.exit(), leaveWithinMs).unref();
}
