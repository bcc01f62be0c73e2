/** Agents full of secrets, as processes of their own, before a receiver whose input is recorded. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import pg from "pg";
import { repositoryRoot } from "../repository.ts";
import { startPostgres } from "../postgres.ts";
import { type SecretsDouble, secretsDouble } from "./double.ts";
import { type World, worldVariable } from "./position.ts";
import type { PlantedSecret } from "./two-hundred.ts";

export interface SecretsRun {
  readonly double: SecretsDouble;
  /** Runs one of `agents/secrets` to its end. */
  agent(file: string, how: AgentOptions): Promise<AgentEnd>;
  stop(): Promise<void>;
}

interface AgentOptions {
  readonly endpoint: string;
  /** With `--import answerable/register`. */
  readonly registered: boolean;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface AgentEnd {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const register = pathToFileURL(join(repositoryRoot, "dist/instrumentation/register.js")).href;

export async function secretsRun(secrets: readonly PlantedSecret[], folder: string): Promise<SecretsRun> {
  const [double, postgres] = await Promise.all([secretsDouble(secrets), startPostgres()]);
  const { host, port, user, password, database } = postgres;
  const client = new pg.Client({ host, port, user, password, database });
  await client.connect();
  await client.query(
    "CREATE TABLE customers (id int, mail text); INSERT INTO customers VALUES (1, 'ana@acme.example')",
  );
  await client.end();
  const world: World = { secrets, double: double.url, postgres: { host, port, user, password, database } };
  const file = join(folder, "world.json");
  writeFileSync(file, JSON.stringify(world));
  return {
    double,
    agent: (name, { endpoint, registered, args = [], env = {} }) =>
      run(
        [
          ...(registered ? ["--import", register] : []),
          join(repositoryRoot, "dist/test/support/agents/secrets", name),
          ...args,
        ],
        {
          PATH: process.env["PATH"] ?? "",
          ANSWERABLE_ENDPOINT: endpoint,
          [worldVariable]: file,
          ...env,
        },
      ),
    stop: async () => {
      double.stop();
      await postgres.stop();
    },
  };
}

/** The slowest takes 100 s where sixteen want the two processors; who is ended here says so. */
const endMs = 180_000;

function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<AgentEnd> {
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"], timeout: endMs });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  return new Promise((resolve, reject) => {
    child.on("close", (code, signal) => {
      if (signal === null) resolve({ code, out, err });
      else
        reject(
          new Error(`${args.join(" ")} was ended by ${signal}, at the latest after ${endMs} ms: ${err}`),
        );
    });
  });
}
