/** The examples as their pages say they are run: processes of their own, against `answerable up`. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { repositoryRoot } from "./repository.ts";
import { sql } from "./sql.ts";
import { tempFolder } from "./temp-folder.ts";
import { answerable, startUp } from "./up.ts";

export interface Example {
  /** Where the receiver and the API answer. */
  readonly url: string;
  /** Runs a file of `examples/` to its end, with our register; it must succeed and say nothing wrong. Gives its output. */
  run(file: string, env: Readonly<Record<string, string>>): Promise<string>;
  /** Starts a file of `examples/` that serves, and resolves with the address that it prints. */
  serve(
    file: string,
    env: Readonly<Record<string, string>>,
  ): Promise<{ readonly url: string; stop(): Promise<void> }>;
  /** Rows of a statement on the views. */
  rows(statement: string): Promise<readonly Record<string, unknown>[]>;
  stop(): Promise<void>;
}

export async function startExamples(): Promise<Example> {
  const folder = tempFolder("example");
  const up = await startUp({ dataDir: join(folder.path, "data") });
  return {
    url: up.url,
    async run(file, env) {
      const path = join(repositoryRoot, "examples", file);
      const told = { ANSWERABLE_ENDPOINT: up.url, ...env };
      const { out, err, code } = await answerable([path], told, "--import=answerable/register");
      if (code !== 0 || err !== "") throw new Error(`${file} ended with ${String(code)}: ${err}`);
      return out;
    },
    async serve(file, env) {
      const child = spawn(
        process.execPath,
        ["--import=answerable/register", join(repositoryRoot, "examples", file)],
        {
          cwd: repositoryRoot,
          env: { ...process.env, ANSWERABLE_ENDPOINT: up.url, ...env },
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      const ended = once(child, "exit");
      const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
      return {
        url: line.trim(),
        stop: async () => {
          child.kill();
          await ended;
        },
      };
    },
    rows: async (statement) => {
      const settings = { database: "answerable", output_format_json_quote_64bit_integers: "0" };
      const text = await sql(up.clickhouseUrl, `${statement} FORMAT JSONEachRow`, settings);
      return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    async stop() {
      await up.stop();
      folder.remove();
    },
  };
}
