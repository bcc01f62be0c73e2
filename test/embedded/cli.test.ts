/** Goal: whoever types something wrong hears what is wrong in a sentence, without a stack trace, and a status to act on. */
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { repositoryRoot } from "../support/repository.ts";
import { freshDatabase } from "../support/shared.ts";
import { sample } from "../support/stored.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { answerable, startUp, type Up } from "../support/up.ts";

const folder = tempFolder("cli");
const data = join(folder.path, "data");
let up: Up;
beforeAll(async () => {
  up = await startUp({ dataDir: data });
}, 60_000);
afterAll(async () => {
  await up.stop();
  folder.remove();
});

/** Writes a file and gives its path. */
function file(name: string, text: string): string {
  writeFileSync(join(folder.path, name), text);
  return join(folder.path, name);
}

const verbs = [
  "up",
  "process",
  "detect",
  "serve",
  "alert",
  "migrate",
  "topics",
  "replay",
  "config",
  "findings",
  "finding",
  "identity",
  "chain",
  "apply",
  "policy",
  "coverage",
  "grants",
  "revoke",
  "audit",
  "doctor",
];

test("--help lists every verb with what it does", async () => {
  const { out, err, code } = await answerable(["--help"]);
  expect({ err, code }).toEqual({ err: "", code: 0 });
  for (const verb of verbs) expect(out).toMatch(new RegExp(`^ {2}${verb} .*\\S`, "mu"));
});

test("every verb has help of its own", async () => {
  for (const pair of verbs.map((verb, at) => [verb, verbs[at + 1]]).filter((_, at) => at % 2 === 0)) {
    const helps = await Promise.all(pair.map((verb = "up") => answerable([verb, "--help"])));
    expect(helps.map(({ code, err }) => ({ code, err }))).toEqual(helps.map(() => ({ code: 0, err: "" })));
    helps.forEach(({ out }, at) => expect(out).toContain(`Usage: answerable ${pair[at] ?? "up"}`));
  }
});

test.each([
  { args: ["findngs"], says: "error: unknown command 'findngs'\n(Did you mean findings?)" },
  { args: ["up", "--dmo"], says: "error: unknown option '--dmo'\n(Did you mean --demo?)" },
  { args: ["findings", "--severity", "loud"], says: "Allowed choices are info, low, medium, high, critical" },
  { args: ["chain"], says: "error: missing required argument 'id'" },
  { args: ["apply"], says: "error: required option '-f, --file <file>' not specified" },
])("$args is a mistake that is told with a suggestion and status 2", async ({ args, says }) => {
  const { out, err, code } = await answerable(args);
  expect({ out, code }).toEqual({ out: "", code: 2 });
  expect(err).toContain(says);
});

/** Mistakes that are told in one line and status 1. */
const sentences: readonly {
  name: string;
  args: () => readonly string[];
  env?: () => Record<string, string>;
  says: RegExp;
}[] = [
  {
    name: "a setting nobody knows",
    args: () => ["-c", file("a.yaml", "htp: {}\n"), "config", "check"],
    says: /htp.*did you mean.*http/u,
  },
  {
    name: "a setting out of its bounds",
    args: () => ["config", "check"],
    env: () => ({ ANSWERABLE_CHUNK_RECORDS_MAX: "0" }),
    says: /chunk\.recordsMax is 0; it must be a whole number from 1 to 100000/u,
  },
  {
    name: "a settings file that is not there",
    args: () => ["-c", join(folder.path, "none.yaml"), "config", "check"],
    says: /none\.yaml can't be read \(ENOENT\)/u,
  },
  {
    name: "one named by the environment that is not there",
    args: () => ["config", "check"],
    env: () => ({ ANSWERABLE_CONFIG: join(folder.path, "none.yaml") }),
    says: /none\.yaml can't be read \(ENOENT\)/u,
  },
  {
    name: "nothing running",
    args: () => ["findings", "--url", "http://127.0.0.1:9"],
    says: /^nothing answers at http:\/\/127\.0\.0\.1:9; is `answerable up` .* running\?/u,
  },
  {
    name: "an address that is none",
    args: () => ["findings", "--url", "localhost"],
    says: /^--url is localhost; it must be/u,
  },
  {
    name: "another program behind the address",
    args: () => ["findings", "--url", up.clickhouseUrl],
    says: /^http:\/\/127\.0\.0\.1:\d+\/v1\/findings.* answered 404/u,
  },
  {
    name: "a finding that is not there",
    args: () => ["finding", "ffffff", "--url", up.url],
    says: /^no finding has an id that begins with ffffff/u,
  },
  {
    name: "an identity that is not there",
    args: () => ["identity", "agent:nobody", "--url", up.url],
    says: /^nothing is stored of an identity agent:nobody/u,
  },
  {
    name: "a finding that is to be explained and accepted at once",
    args: () => ["finding", "ffffff", "--why", "--accept", "--url", up.url],
    says: /^--why explains, --accept and --verdict decide; give one of them/u,
  },
  {
    name: "a chain that is not there",
    args: () => ["chain", "x", "--url", up.url],
    says: /^there is no chain x/u,
  },
  {
    name: "a grants file that is not there",
    args: () => ["apply", "-f", join(folder.path, "none.yaml"), "--url", up.url],
    says: /none\.yaml/u,
  },
  {
    name: "a replay to something that is no target",
    args: () => ["replay", sample, "--to", "somewhere"],
    says: /^--to is somewhere; it must be an OTLP\/HTTP URL/u,
  },
  {
    name: "a replay at no rate",
    args: () => ["replay", sample, "--to", up.url, "--rate", "fast"],
    says: /^--rate is fast; it must be a number above 0/u,
  },
  {
    name: "a replay of half a span at once",
    args: () => ["replay", sample, "--to", up.url, "--batch", "0.5"],
    says: /^--batch is 0\.5; it must be a whole number from 1 on/u,
  },
  {
    name: "a replay of a file that is not there",
    args: () => ["replay", join(folder.path, "none.gz"), "--to", up.url],
    says: /^cannot read .*none\.gz/u,
  },
  {
    name: "a port in use",
    args: () => ["up", "--data", join(folder.path, "other")],
    env: () => ({ ANSWERABLE_HTTP_LISTEN: `127.0.0.1:${String(up.port)}` }),
    says: /Can't listen on 127\.0\.0\.1:\d+: another program does already; stop it or choose another port/u,
  },
  {
    name: "a data folder in use",
    args: () => ["up", "--data", data],
    env: () => ({ ANSWERABLE_HTTP_LISTEN: "127.0.0.1:0" }),
    says: /The data folder .*data\/clickhouse is in use by process \d+; stop that one or choose another folder\./u,
  },
  {
    name: "a data folder that can't be made",
    args: () => ["up", "--data", file("plain-file", "")],
    says: /plain-file/u,
  },
  {
    name: "a ClickHouse that is not there",
    args: () => ["migrate"],
    env: () => ({ ANSWERABLE_CLICKHOUSE_URL: "http://127.0.0.1:9" }),
    says: /^ClickHouse at http:\/\/127\.0\.0\.1:9 can't be reached: .*ECONNREFUSED/u,
  },
  {
    name: "no ClickHouse to migrate",
    args: () => ["migrate"],
    says: /^clickhouse\.url is not set \(ANSWERABLE_CLICKHOUSE_URL\)/u,
  },
];

test.each(sentences)("$name is told in one sentence, status 1", async ({ args, env, says }) => {
  const { out, err, code } = await answerable(args(), env?.());
  // What a service logs before it gives up is JSON; the sentence is the rest.
  const told = err.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
  expect({ out, code, lines: told.length }).toEqual({ out: "", code: 1, lines: 1 });
  expect(told[0]).toMatch(says);
});

test("a grants file with mistakes is told with the place of each", async () => {
  const { err, code } = await answerable([
    "apply",
    "-f",
    file("g.yaml", "grants:\n  - { id: x, grantee: agent:a }\n"),
    "--url",
    up.url,
  ]);
  expect(code).toBe(1);
  expect(err).toMatch(/^(?:\S+g\.yaml, line 2, column 5: grants\[0\]\.\w+ is missing; it must be .+\n)+$/u);
});

test("config check prints the effective settings without secrets", async () => {
  const env = { ANSWERABLE_CLICKHOUSE_PASSWORD: "hunter2-hunter2", ANSWERABLE_HTTP_LISTEN: "127.0.0.1:4999" };
  const { out, err, code } = await answerable(["config", "check"], env);
  expect({ err, code }).toEqual({ err: "", code: 0 });
  expect(out).toContain("127.0.0.1:4999");
  expect(out).not.toContain("hunter2");
});

test("without the optional peers `up` says what to install", async () => {
  // An installation as npm would make it, all but chdb.
  const bare = join(folder.path, "bare");
  mkdirSync(join(bare, "node_modules"), { recursive: true });
  for (const part of [
    "dist/detector",
    "dist/policy",
    "dist/schemas",
    "schemas",
    "deploy/demo",
    "package.json",
  ])
    cpSync(join(repositoryRoot, part), join(bare, part), { recursive: true });
  const modules = join(repositoryRoot, "node_modules");
  for (const name of readdirSync(modules).filter((one) => one !== "chdb"))
    symlinkSync(join(modules, name), join(bare, "node_modules", name));
  const { err, code } = await answerable(
    ["up", "--data", join(folder.path, "bare-data")],
    {},
    join(bare, "dist/detector/main.js"),
  );
  expect({ err, code }).toEqual({
    err: "The embedded ClickHouse is not installed; add it with: npm install chdb ffi-rs\n",
    code: 1,
  });
});

test("a reader that leaves early is no trouble", async () => {
  const program = join(repositoryRoot, "dist/detector/main.js");
  // The shell gives the status of the program, not of the reader.
  const { stderr } = await promisify(execFile)(
    "bash",
    [
      "--norc",
      "-c",
      `set -o pipefail; "${process.execPath}" "${program}" findings --limit 1000 --json --url ${up.url} | exec true`,
    ],
    { env: { PATH: process.env["PATH"] } },
  );
  expect(stderr).toBe("");
});

test("migrate twice: the second time there is nothing to do", async () => {
  const database = await freshDatabase();
  try {
    const env = { ANSWERABLE_CLICKHOUSE_URL: database.url, ANSWERABLE_CLICKHOUSE_DATABASE: database.name };
    expect(await answerable(["migrate"], env)).toMatchObject({
      out: expect.stringMatching(/^applied 0001_actions\.sql, .*0007_questions\.sql/u),
      err: "",
      code: 0,
    });
    expect(await answerable(["migrate"], env)).toEqual({
      out: "the schema is up to date\n",
      err: "",
      code: 0,
    });
  } finally {
    await database.drop();
  }
});
