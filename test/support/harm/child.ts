import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Where the compiled SDK is. */
export const sdkFolder = fileURLToPath(new URL("../../../instrumentation/", import.meta.url));

export interface Ended {
  readonly code: number | null;
  /** Undefined unless it had to be ended because it would not end. */
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

/** However slow the machine: a process that takes longer than this would never have ended. */
const patienceMs = 30_000;

/** Runs a program text in a Node process of its own, until it ends by itself. */
export function runNode(
  args: readonly string[],
  env: Record<string, string> = {},
  { node = process.execPath, cwd = "/" }: { node?: string; cwd?: string } = {},
): Promise<Ended> {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const child = spawn(node, args, { cwd, env: { ...inherited, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.on("data", (data: Buffer) => (out += data.toString()));
  child.stderr.on("data", (data: Buffer) => (err += data.toString()));
  const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, out, err });
    });
  });
}

/** Runs an ES module that has our SDK's functions at hand. */
export function runModule(text: string, env: Record<string, string> = {}): Promise<Ended> {
  const head = `import { start, record, runAs, exec } from ${JSON.stringify(`${sdkFolder}index.js`)};\n`;
  return runNode(["--input-type=module", "-e", head + text], env);
}
