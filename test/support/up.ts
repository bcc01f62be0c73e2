/** The program as a user runs it: a process of its own, with its data folder and a free port. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { freePorts } from "../../detector/store/embedded/free-ports.ts";
import { isRunning, until } from "./poll.ts";
import { repositoryRoot } from "./repository.ts";

const program = join(repositoryRoot, "dist/detector/main.js");

export interface UpOptions {
  /** Kept by the caller, so that a second run finds what the first one stored. */
  readonly dataDir: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Port of the receiver; a free one unless a test comes back to the same. */
  readonly port?: number;
  readonly host?: string;
}

/** How a process ended. */
interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running `answerable up`. */
export interface Up {
  /** Where the receiver and the API answer. */
  readonly url: string;
  readonly port: number;
  /** Where its ClickHouse answers HTTP; the same over restarts of the server. */
  readonly clickhouseUrl: string;
  readonly pid: number;
  /** Process id of its own ClickHouse as last told; 0 when it uses another one. */
  clickhousePid(): number;
  /** What it said so far, both streams. */
  logs(): string;
  /** Asks it to end and waits until it and its ClickHouse are gone. May be called again. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
  /** Ends it with -9; its ClickHouse is left to see to itself. */
  kill(): Promise<void>;
}

/** Starts `answerable up` and resolves once it takes spans. It never outlives the process that started it. */
export async function startUp({
  dataDir,
  args = [],
  env = {},
  port,
  host = "127.0.0.1",
}: UpOptions): Promise<Up> {
  const [free = 0] = port === undefined ? await freePorts(1) : [port];
  const child = run(["up", "--data", dataDir, ...args], {
    ANSWERABLE_HTTP_LISTEN: `${host}:${String(free)}`,
    ...env,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => (said += text));
  const ended = endOf(child);
  const clickhousePid = (): number =>
    Number([...said.matchAll(/"pid":(\d+),"elapsedMs":.*embedded ClickHouse: ready/gu)].at(-1)?.[1] ?? 0);
  const stop = async (signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> => {
    child.kill(signal);
    const how = await within(ended, 20_000, () => child.kill("SIGKILL"));
    await until("its ClickHouse is gone", async () => !(await isRunning(clickhousePid())));
    return how;
  };
  const over: Ended[] = [];
  void ended.then((how) => over.push(how));
  try {
    const found = await until(
      "answerable is up",
      () => {
        if (over.length > 0) throw new Error("answerable has ended");
        return /SQL {6}(?<url>http\S+)/u.exec(said)?.groups?.["url"];
      },
      40_000,
    );
    const kill = async (): Promise<void> => {
      child.kill("SIGKILL");
      await ended;
    };
    const url = `http://127.0.0.1:${String(free)}`;
    return {
      url,
      port: free,
      clickhouseUrl: found,
      pid: child.pid ?? 0,
      clickhousePid,
      logs: () => said,
      stop,
      kill,
    };
  } catch (error) {
    await stop("SIGKILL");
    throw new Error(`answerable up did not come up; it said:\n${said}`, { cause: error });
  }
}

/** What a verb printed, and its exit status. */
export interface Said {
  readonly out: string;
  readonly err: string;
  readonly code: number | null;
}

/** Runs one verb to its end. */
export async function answerable(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  main = program,
  withinMs = 25_000,
  cwd?: string,
): Promise<Said> {
  const child = run(args, env, main, cwd);
  let [out, err] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (err += text));
  const { code } = await within(endOf(child), withinMs, () => child.kill("SIGKILL"));
  return { out, err, code };
}

/** Starts a Node program that dies with its starter, where the system offers that. */
function run(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  main = program,
  cwd?: string,
): ChildProcess {
  const command = [process.execPath, main, ...args];
  const [file = "", ...rest] = existsSync("/usr/bin/setpriv")
    ? ["setpriv", "--pdeathsig", "KILL", ...command]
    : command;
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("ANSWERABLE_") && name !== "NODE_OPTIONS",
  );
  return spawn(file, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...Object.fromEntries(inherited), ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
}

async function endOf(child: ChildProcess): Promise<Ended> {
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal };
}

async function within(ended: Promise<Ended>, ms: number, insist: () => void): Promise<Ended> {
  const timer = setTimeout(insist, ms);
  try {
    return await ended;
  } finally {
    clearTimeout(timer);
  }
}
