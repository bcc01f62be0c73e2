/**
 * Runs small agents with the package as it is published, on each Node and with each line of OpenTelemetry that it promises to
 * work with. Ends with status 1 when one of them says something else than it should. Installs from npm.
 */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { repositoryRoot } from "../../test/support/repository.ts";
import { programs, steps } from "./programs.ts";

const run = promisify(execFile);
const cache = join(repositoryRoot, "node_modules", ".cache", "answerable", "runtimes");
const pinned = ["@opentelemetry/api@1.9.1", "@opentelemetry/sdk-node@0.223.0"];
const newest = ["@opentelemetry/api@1.10.0", "@opentelemetry/sdk-node@0.301.0"];

/** The oldest Node that we promise, the last of its line, and those of the lines after it. */
const rows: readonly { node: string; openTelemetry: readonly string[] }[] = [
  { node: "20.19.0", openTelemetry: pinned },
  { node: "20.20.0", openTelemetry: pinned },
  { node: "22", openTelemetry: pinned },
  { node: "22", openTelemetry: newest },
  { node: "24", openTelemetry: newest },
];

async function npm(args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await run("npm", [...args], { cwd, maxBuffer: 1 << 26 });
  return stdout;
}

/** A folder with these packages, made once; what is ours is put in each time. */
async function installed(name: string, packages: readonly string[]): Promise<string> {
  const folder = join(cache, name.replaceAll(/[^\w.]+/gu, "-"));
  mkdirSync(folder, { recursive: true });
  // The same version, and another content each time.
  rmSync(join(folder, "node_modules", "answerable"), { recursive: true, force: true });
  writeFileSync(join(folder, "package.json"), '{"private":true,"type":"module"}');
  await npm(["install", "--no-audit", "--no-fund", "--no-save", ...packages], folder);
  return folder;
}

async function main(): Promise<number> {
  mkdirSync(cache, { recursive: true });
  const packed = (
    await npm(["pack", "--ignore-scripts", "--pack-destination", cache], repositoryRoot)
  ).trim();
  const archive = join(cache, packed.split("\n").at(-1) ?? "");
  let failed = 0;
  for (const { node, openTelemetry } of rows) {
    const binary = join(
      await installed(`node-${node}`, [`node@${node}`]),
      "node_modules",
      "node",
      "bin",
      "node",
    );
    const folder = await installed(`app-${openTelemetry.join("-")}`, [...openTelemetry, archive]);
    for (const [file, text] of Object.entries(programs)) writeFileSync(join(folder, file), text);
    const { stdout: version } = await run(binary, ["--version"]);
    for (const { name, args, told } of steps) {
      const env = { ...process.env, NODE_OPTIONS: "", ANSWERABLE_EXPORTER: "console" };
      const said = await run(binary, [...args], { cwd: folder, env, timeout: 60_000 }).then(
        ({ stdout }) => stdout.trim(),
        (error: unknown) => String(error),
      );
      const isRight = said === JSON.stringify(told);
      if (!isRight) failed += 1;
      const line = `${isRight ? "ok    " : "FAILED"} Node ${version.trim()}, ${openTelemetry.join(", ")}: ${name}`;
      process.stdout.write(`${line}\n${isRight ? "" : `       ${said}\n`}`);
    }
  }
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
