/** A real Collector with our processor, for tests. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "../../detector/store/embedded/free-ports.ts";
import { buildDistribution } from "../../scripts/collector/build.ts";
import { answerableCollector } from "../../scripts/collector/distribution.ts";
import { repositoryRoot } from "./repository.ts";
import { tempFolder } from "./temp-folder.ts";

/** Time for a test that may be the first to need the program: building it takes minutes on a machine that never did. */
export const builtCollectorWithinMs = 900_000;

const readyWithinMs = 60_000;
const stopWithinMs = 30_000;
const shipped = join(repositoryRoot, "collector", "config");

/** How a Collector ended. */
interface CollectorEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From when it was asked to end. */
  readonly afterMs: number;
}

/** A Collector that runs. */
export interface RunningCollector {
  readonly pid: number;
  /** Its own; the queue is in it, in `queue`. */
  readonly folder: string;
  /** Base addresses, without a path. */
  readonly httpUrl: string;
  readonly metricsUrl: string;
  readonly healthUrl: string;
  /** Host and port of OTLP over gRPC. */
  readonly grpc: string;
  /** All it wrote so far. */
  logs(): string;
  /** Sends a trace request as OTLP over HTTP (protobuf, or JSON when it is a string); resolves with the status. */
  send(request: Uint8Array | string, headers?: Readonly<Record<string, string>>): Promise<number>;
  /** Asks it to end, as an operator does, and waits until it has. Its folder stays until `remove`. */
  stop(): Promise<CollectorEnd>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts another on the same folder and ports, after `stop` or `kill`. */
  again(): Promise<RunningCollector>;
}

/** What a Collector is started with. */
export interface CollectorStart {
  /** Name of a configuration in `collector/config` without its ending, or a configuration itself (YAML). Several are merged. */
  readonly config: string | readonly string[];
  /** Over the ports, the folder and PATH, which are always set; nothing else of our own environment is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

let built: Promise<string> | undefined;

/** Path of the program, which is built when need be: minutes the first time. */
export function builtCollector(): Promise<string> {
  built ??= buildDistribution(answerableCollector, (line) => void process.stderr.write(`${line}\n`));
  return built;
}

const running = new Set<ChildProcess>();
const folders: { remove(): void }[] = [];

/** Ends what a test left running and removes the folders; for `afterEach`. */
export async function stopCollectors(): Promise<void> {
  await Promise.all([...running].map((child) => end(child, "SIGKILL")));
  for (const folder of folders.splice(0)) folder.remove();
}

/**
 * Starts a Collector on free ports of loopback with a data folder of its own; resolves once it runs.
 *
 * @throws Error with all it said when it ends before.
 */
export async function startAnswerableCollector(start: CollectorStart): Promise<RunningCollector> {
  const folder = tempFolder("collector");
  folders.push(folder);
  return launch(start, folder.path, { ...(await placeIn(folder.path)), ...start.env });
}

/** Runs the program to its end, as `validate` or a start that must fail; resolves with what it said and its status. */
export async function runCollector(
  verb: readonly string[],
  { config, env = {}, args = [] }: CollectorStart,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const folder = tempFolder("collector");
  folders.push(folder);
  const command = [...verb, ...configArgs(config, folder.path), ...args];
  const child = spawnCollector(await builtCollector(), command, { ...(await placeIn(folder.path)), ...env });
  const said = listen(child);
  await new Promise((resolve) => child.once("close", resolve));
  return { code: child.exitCode, said: said() };
}

async function launch(start: CollectorStart, folder: string, place: Place): Promise<RunningCollector> {
  const { config, args = [] } = start;
  const program = await builtCollector();
  const child = spawnCollector(program, [...configArgs(config, folder), ...args], place);
  const said = listen(child);
  await ready(child, said);
  const httpUrl = `http://${place.ANSWERABLE_OTLP_HTTP}`;
  return {
    pid: child.pid ?? 0,
    folder,
    httpUrl,
    grpc: place.ANSWERABLE_OTLP_GRPC,
    metricsUrl: `http://127.0.0.1:${place.ANSWERABLE_METRICS_PORT}`,
    healthUrl: `http://${place.ANSWERABLE_HEALTH}`,
    logs: said,
    send: async (request, headers = {}) => {
      const type = typeof request === "string" ? "application/json" : "application/x-protobuf";
      const answer = await fetch(`${httpUrl}/v1/traces`, {
        method: "POST",
        headers: { "content-type": type, ...headers },
        body: typeof request === "string" ? request : new Uint8Array(request),
      });
      await answer.arrayBuffer();
      return answer.status;
    },
    stop: () => end(child, "SIGTERM"),
    kill: async () => void (await end(child, "SIGKILL")),
    again: () => launch(start, folder, place),
  };
}

type Place = Awaited<ReturnType<typeof placeIn>>;

/** Where a Collector of a test listens and keeps its queue. */
async function placeIn(folder: string) {
  const [grpc = 0, http = 0, health = 0, metrics = 0] = await freePorts(4);
  const { PATH = "", HOME = "" } = process.env;
  return {
    PATH,
    HOME,
    ANSWERABLE_OTLP_GRPC: `127.0.0.1:${String(grpc)}`,
    ANSWERABLE_OTLP_HTTP: `127.0.0.1:${String(http)}`,
    ANSWERABLE_HEALTH: `127.0.0.1:${String(health)}`,
    ANSWERABLE_METRICS_PORT: String(metrics),
    ANSWERABLE_QUEUE_DIR: join(folder, "queue"),
    ANSWERABLE_SOURCE: "test",
  };
}

function configArgs(config: CollectorStart["config"], folder: string): readonly string[] {
  return [config].flat().flatMap((one, at) => {
    const named = join(shipped, `${one}.yaml`);
    if (!one.includes("\n") && existsSync(named)) return ["--config", named];
    const file = join(folder, `config-${String(at)}.yaml`);
    writeFileSync(file, one);
    return ["--config", file];
  });
}

function spawnCollector(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  // Where the system offers it, the kernel ends it with its starter, however that one went.
  const bound = existsSync("/usr/bin/setpriv") ? ["setpriv", "--pdeathsig", "KILL", program] : [program];
  const [file = program, ...rest] = [...bound, ...args];
  const child = spawn(file, rest, { env, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

function listen(child: ChildProcess): () => string {
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => (said += text));
  return () => said;
}

function ready(child: ChildProcess, said: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      void end(child, "SIGKILL");
      reject(new Error(`the Collector ${why}. It said:\n${said()}`));
    };
    const timer = setTimeout(() => fail(`was not ready within ${String(readyWithinMs)} ms`), readyWithinMs);
    child.stderr?.on("data", () => {
      if (!said().includes("Everything is ready")) return;
      clearTimeout(timer);
      resolve();
    });
    child.once("error", (error) => fail(error.message));
    child.once("close", (code, signal) => fail(`ended (code ${String(code)}, signal ${String(signal)})`));
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<CollectorEnd> {
  const startedAtMs = Date.now();
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
    await new Promise<void>((resolve) => {
      const insist = setTimeout(() => child.kill("SIGKILL"), stopWithinMs);
      child.once("exit", () => {
        clearTimeout(insist);
        resolve();
      });
      child.kill(signal);
    });
  return { code: child.exitCode, signal: child.signalCode, afterMs: Date.now() - startedAtMs };
}
