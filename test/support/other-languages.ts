/** Agents in Python and Go, made ready once and kept in the cache. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { underLock } from "../../scripts/collector/lock.ts";
import { repositoryRoot } from "./repository.ts";

const cache = join(repositoryRoot, "node_modules", ".cache", "answerable");
const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const needPython =
  "the Python agents are run with Python 3.11 or newer and its venv (Debian: apt-get install python3-venv)";

/**
 * Folder of the programs of a Python environment that holds exactly what `requirements` pins, with its hashes.
 *
 * @throws Error with a sentence when there is no such Python, or when the environment can't be made.
 */
export async function pythonWith(requirements: string): Promise<string> {
  const asked = spawnSync(
    "python3",
    ["-c", "import ensurepip, sys; print(sys.executable, sys.version, sys.version_info >= (3, 11))"],
    { encoding: "utf8" },
  );
  if (asked.status !== 0 || !asked.stdout.trim().endsWith("True"))
    throw new Error(`${needPython}; here it says: ${asked.error?.message ?? (asked.stderr || asked.stdout)}`);
  const pinned = readFileSync(requirements);
  return kept("python", [asked.stdout, pinned], async (folder) => {
    await run(folder, ["python3", "-m", "venv", folder]);
    const exactly = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-compile"];
    const quietly = ["-q", "--disable-pip-version-check"];
    await run(folder, [join(folder, "bin", "pip"), "install", ...quietly, ...exactly, "-r", requirements]);
    return join(folder, "bin");
  });
}

/**
 * Path of the program that a folder with a Go module makes.
 *
 * @throws Error with what Go said when it can't be built.
 */
export async function builtGo(module: string): Promise<string> {
  const asked = spawnSync("go", ["env", "GOVERSION"], { cwd: module, encoding: "utf8" });
  if (asked.status !== 0)
    throw new Error(`the Go agent needs Go; here it says: ${asked.error?.message ?? asked.stderr}`);
  const sources = readdirSync(module).filter((name) => /\.go$|^go\.(?:mod|sum)$/u.test(name));
  const contents = sources.toSorted().flatMap((name) => [name, readFileSync(join(module, name))]);
  return kept("go", [asked.stdout, ...contents], async (folder) => {
    const program = join(folder, "agent");
    await run(module, ["go", "build", "-buildvcs=false", "-o", program, "."]);
    return program;
  });
}

/** What `make` puts into a folder and says of it, made once for the same contents. */
async function kept(
  name: string,
  contents: readonly (string | Buffer)[],
  make: (folder: string) => Promise<string>,
): Promise<string> {
  mkdirSync(cache, { recursive: true });
  // A Python environment holds the path that it was made under, so one that was moved, or met by way of a link, is another.
  const place = realpathSync(cache);
  const hash = createHash("sha256").update(place);
  for (const one of contents) hash.update(one).update("\0");
  const folder = join(place, `agent-${name}-${hash.digest("hex").slice(0, 12)}`);
  // Written last: a folder without it was cut short.
  const complete = join(folder, "complete");
  if (existsSync(complete)) return readFileSync(complete, "utf8");
  return underLock(`${folder}.lock`, tell, async () => {
    if (existsSync(complete)) return readFileSync(complete, "utf8");
    const startedAtMs = Date.now();
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const made = await make(folder);
    writeFileSync(`${complete}.draft`, made);
    renameSync(`${complete}.draft`, complete);
    tell(`the ${name} agent was made ready in ${String(Date.now() - startedAtMs)} ms`);
    return made;
  });
}

/** Runs a command to its end in a folder; it must succeed, and may say what it likes. */
async function run(cwd: string, command: readonly string[]): Promise<void> {
  await outcome(
    spawn("nice", ["-n", "10", ...command], { cwd, stdio: ["ignore", "pipe", "pipe"] }),
    command.join(" "),
    false,
  );
}

type Environment = Readonly<Record<string, string>>;

/** Runs an agent to its end, with these variables and no others of ours; it must succeed without a warning. Resolves with what it printed. */
export function runAgent(command: readonly string[], cwd: string, env: Environment): Promise<string> {
  return outcome(start(command, cwd, env), command.join(" "));
}

/** A program that serves, at the address that it printed. */
export interface Serving {
  readonly url: string;
  /** Asks it to end and waits until it has; it must end well. */
  stop(): Promise<void>;
  kill(): void;
}

/** Starts a program that prints its address when it serves. */
export async function serveAgent(
  command: readonly string[],
  cwd: string,
  env: Environment,
): Promise<Serving> {
  const child = start(command, cwd, env);
  const ended = outcome(child, command.join(" "));
  const [line] = await Promise.race([
    once(child.stdout ?? child, "data") as Promise<[string]>,
    ended.then((out) => Promise.reject(new Error(`${command.join(" ")} ended, saying: ${out}`))),
  ]);
  return {
    url: line.trim(),
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
    kill: () => {
      ended.catch(() => {});
      child.kill("SIGKILL");
    },
  };
}

function start(command: readonly string[], cwd: string, env: Environment): ChildProcess {
  const { PATH = "", HOME = "" } = process.env;
  // Where the system offers it, the kernel ends it with its starter, however that one went.
  const bound = existsSync("/usr/bin/setpriv") ? ["setpriv", "--pdeathsig", "KILL", ...command] : command;
  const [file = "", ...args] = bound;
  const all = { PATH, HOME, ...env };
  return spawn(file, args, { cwd, env: all, stdio: ["ignore", "pipe", "pipe"] });
}

/** What it printed, when it ended well. A warning on standard error, as of an exporter that can't send, is not well. */
function outcome(child: ChildProcess, what: string, silent = true): Promise<string> {
  let [out, err] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (err += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0 && (err === "" || !silent)) resolve(out);
      else reject(new Error(`${what} ended with ${String(code ?? signal)}: ${err}`));
    });
  });
}
