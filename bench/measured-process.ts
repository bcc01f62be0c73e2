import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A program under measurement: a process of its own, so that nothing but it is counted. */
export interface MeasuredProcess {
  /** What it said when it was ready. */
  readonly ready: string;
  /** Processor time it has used so far, user and system, in seconds. */
  cpuSeconds(): number;
  /** Largest memory it has held, in bytes. */
  peakBytes(): number;
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL("../../", import.meta.url));
/** Clock ticks a second in /proc, the same on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Processor time that a running process has used so far, user and system, in seconds. */
export function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /u, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Starts a compiled program of ours and resolves when a line that matches `ready` has appeared on stdout or stderr. */
export function startMeasured(
  script: string,
  args: readonly string[],
  ready: RegExp,
  env: Record<string, string> = {},
): Promise<MeasuredProcess> {
  return startProgram(process.execPath, [`${root}dist/${script}`, ...args], ready, env);
}

/** The same for any program. */
export async function startProgram(
  program: string,
  args: readonly string[],
  ready: RegExp,
  env: Record<string, string> = {},
): Promise<MeasuredProcess> {
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = await lineOf(child, ready, [program, ...args].join(" "));
  const pid = child.pid ?? 0;
  return {
    ready: said,
    cpuSeconds: () => cpuSecondsOf(pid),
    peakBytes: () =>
      Number(/VmHWM:\s+(\d+)/u.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

function lineOf(child: ChildProcess, ready: RegExp, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const onData = (data: Buffer): void => {
      text += data.toString();
      const found = ready.exec(text);
      if (found !== null) resolve(found[1] ?? found[0]);
    };
    child.stdout?.on("data", onData);
    child.stderr?.on("data", onData);
    child.once("exit", (code) =>
      reject(new Error(`${command} ended with ${code} before it was ready:\n${text}`)),
    );
  });
}
