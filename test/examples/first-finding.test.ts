/**
 * Goal: what README tells a developer to type, in an empty folder, gives a first finding.
 * Method: the package as it would be published, installed beside nothing else; its own example and its own command line.
 */
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { until } from "../support/poll.ts";
import { repositoryRoot } from "../support/repository.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startUp, type Up } from "../support/up.ts";

const run = promisify(execFile);
const folder = tempFolder("first-finding");
const app = join(folder.path, "app");
let up: Up;

beforeAll(async () => {
  mkdirSync(app);
  // Without its scripts: to build anew would take away what runs here.
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder.path], { cwd: repositoryRoot });
  const packed = readdirSync(folder.path).find((name) => name.endsWith(".tgz")) ?? "nothing";
  await run("npm", ["init", "-y"], { cwd: app });
  await run("npm", ["install", "--no-audit", "--no-fund", join(folder.path, packed)], { cwd: app });
  for (const name of ["agent.mjs", "grants.yaml"])
    copyFileSync(join(app, "node_modules/answerable/examples", name), join(app, name));
  up = await startUp({ dataDir: join(folder.path, "data") });
}, 240_000);

afterAll(async () => {
  await up.stop();
  folder.remove();
});

/** A developer's environment; a test's own settings are none of the program. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("ANSWERABLE_")),
);

const answerable = (...args: string[]) =>
  run("npx", ["answerable", ...args, "--url", up.url], { cwd: app, env }).then(({ stdout }) => stdout);

test("README shows the example as it is", () => {
  const readme = readFileSync(join(repositoryRoot, "README.md"), "utf8");
  expect(readme).toContain(readFileSync(join(repositoryRoot, "examples/agent.mjs"), "utf8"));
});

test("a grant, the example, and what it did beyond its grant is found", async () => {
  expect(await answerable("apply", "-f", "grants.yaml")).toBe("1 grants given\n");
  const { stdout, stderr } = await run(process.execPath, ["agent.mjs"], {
    cwd: app,
    env: { ...env, ANSWERABLE_ENDPOINT: up.url },
  });
  expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "" });
  const findings = await until(
    "a finding",
    async () => {
      const said = await answerable("findings");
      return said === "" || said.startsWith("no findings") ? undefined : said;
    },
    20_000,
  );
  expect(findings).toContain("outside-grant: mail.send outside the scope of its grants");
}, 60_000);
