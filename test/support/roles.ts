import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "./repository.ts";

const program = join(repositoryRoot, "dist", "detector", "main.js");
const stopWithinMs = 15_000;

export type Environment = Readonly<Record<string, string>>;

/** How a program ended, and how long that took from when it was asked to. */
interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly afterMs: number;
}

/** A role in a process of its own, as a user starts it. */
export interface Role {
  readonly pid: number;
  /** All it wrote so far, both streams. */
  logs(): string;
  /** How it ended by itself; undefined while it runs. */
  ended(): Pick<Ended, "code" | "signal"> | undefined;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<Ended>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Holds it still, or lets it go on, as a machine that sleeps. */
  freeze(): void;
  thaw(): void;
}

const running = new Set<Role>();

/** Starts `answerable <name>` with these variables and no others of ours; it dies with its starter, however that ends. */
export function startRole(name: string, env: Environment): Role {
  const command = [process.execPath, program, name];
  const bound = existsSync("/usr/bin/setpriv") ? ["setpriv", "--pdeathsig", "KILL", ...command] : command;
  const [file = "", ...args] = bound;
  const child = spawn(file, args, { env: { ...outer(), ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  const role: Role = {
    pid: child.pid ?? 0,
    logs: () => said,
    ended: () =>
      child.exitCode === null && child.signalCode === null
        ? undefined
        : { code: child.exitCode, signal: child.signalCode },
    stop: () => end(child, "SIGTERM").finally(() => running.delete(role)),
    kill: async () => {
      await end(child, "SIGKILL");
      running.delete(role);
    },
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
  };
  running.add(role);
  return role;
}

/** Ends what a test left running; for `afterEach`. */
export async function stopRoles(): Promise<void> {
  await Promise.all([...running].map((role) => role.kill()));
}

/** What a verb that ends by itself said. */
export interface VerbResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `answerable <args>` to its end. */
export function runVerb(args: readonly string[], env: Environment, withinMs = 120_000): Promise<VerbResult> {
  return new Promise((resolve) => {
    const options = { env: { ...outer(), ...env }, timeout: withinMs, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(process.execPath, [program, ...args], options, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

function outer(): Environment {
  const { PATH = "", HOME = "" } = process.env;
  // Roles of several tests run at once; where each answers is in its log.
  return { PATH, HOME, ANSWERABLE_TELEMETRY_LISTEN: "127.0.0.1:0" };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<Ended> {
  const startedAtMs = Date.now();
  const ended = (): Ended => ({
    code: child.exitCode,
    signal: child.signalCode,
    afterMs: Date.now() - startedAtMs,
  });
  if (child.exitCode !== null || child.signalCode !== null) return ended();
  return new Promise((resolve) => {
    const insist = setTimeout(() => child.kill("SIGKILL"), stopWithinMs);
    child.once("exit", () => {
      clearTimeout(insist);
      resolve(ended());
    });
    child.kill(signal);
  });
}
