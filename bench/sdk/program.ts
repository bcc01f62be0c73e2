import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Runs a Node program to its end; what it wrote. Fails with what it said where it fails. */
export async function program(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await run(process.execPath, [...args], { env: { ...process.env, ...env } });
  return stdout;
}
