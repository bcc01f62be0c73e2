import { spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { repositoryRoot } from "./repository.ts";

export interface Program {
  readonly type: "module" | "commonjs";
  readonly code: string;
  /** Modules loaded before ours. */
  readonly before?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What a program did, and how it ended. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  /** Without the lines of actions. */
  readonly err: string;
  /** One line an action: kind, operation, resource, outcome. */
  readonly actions: readonly string[];
}

const register = pathToFileURL(join(repositoryRoot, "dist/instrumentation/register.js")).href;
const line = /^\d{4}-\d\d-\d\dT\S+Z {2}\S+ {2}(.*)$/u;

/** Runs a program as `node --import answerable/register` does, with the actions printed. */
export function runRegistered({ type, code, before = [], env = {} }: Program): Promise<Ran> {
  const imports = [...before, register].flatMap((module) => ["--import", module]);
  const { PATH = "", HOME = "" } = process.env;
  const ours = { ANSWERABLE_EXPORTER: "console" };
  const child = spawn(process.execPath, [...imports, `--input-type=${type}`, "-e", code], {
    cwd: repositoryRoot,
    env: { PATH, HOME, ...ours, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 20_000,
  });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  return new Promise((resolve) => {
    child.on("close", (ended) => {
      const lines = err.split("\n");
      const actions = lines.flatMap((text) => line.exec(text)?.[1] ?? []);
      resolve({ code: ended, out, err: lines.filter((text) => !line.test(text)).join("\n"), actions });
    });
  });
}
