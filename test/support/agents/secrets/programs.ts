/** Positions in the programs that an agent runs. */
import { exec, execFile, spawn, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import type { Position } from "../../secrets/position.ts";

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function ran(
  name: string,
  operation: string | undefined,
  run: (secret: string) => unknown,
  leaves = false,
): Position {
  return { name: `exec.${name}`, ...(operation !== undefined && { operation }), leaves, plant: run };
}

export const programPositions: readonly Position[] = [
  ran("arguments-and-environment", "true", (secret) =>
    promisify(execFile)("true", [secret, `--token=${secret}`], {
      env: { ...process.env, API_KEY: secret, [secret]: secret },
    }),
  ),
  ran("command", "true", (secret) => promisify(exec)(`API_KEY=${quoted(secret)} true ${quoted(secret)}`)),
  ran("failure", "cat", (secret) => promisify(execFile)("cat", [`/nowhere/${secret.slice(0, 200)}`])),
  ran("input-and-output", "cat", (secret) => {
    const child = spawn("cat", { stdio: ["pipe", "pipe", "ignore"] });
    child.stdin.end(secret);
    return new Promise((resolve) => void child.stdout.resume().on("end", resolve));
  }),
  ran("waited-for", "true", (secret) => spawnSync("true", [secret], { env: { API_KEY: secret } })),
  ran("first-word", undefined, (secret) => promisify(exec)(secret)),
  ran("program", undefined, (secret) => promisify(execFile)(`/nowhere/${secret}`, []), true),
];
