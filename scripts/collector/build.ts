import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
  collectorVersion,
  digestOf,
  manifestFor,
  modulesDigestOf,
  type Distribution,
} from "./distribution.ts";
import { underLock } from "./lock.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const cache = join(root, "node_modules", ".cache", "answerable");
const oldestGo = [1, 26] as const;

/**
 * Builds a Collector with the OpenTelemetry Collector Builder and resolves with the program's path. The program is kept
 * in `node_modules/.cache/answerable` and built anew only when its manifest, our sources or Go change. The first build
 * takes minutes; after an edit it takes seconds, as the sources that the builder writes stay where Go compiled them.
 *
 * @throws Error with a sentence when Go is missing or too old, or when the build fails.
 */
export async function buildDistribution(
  distribution: Distribution,
  progress: (line: string) => void,
): Promise<string> {
  const go = goFor(distribution);
  const program = (): string =>
    join(cache, `${distribution.name}-${digestOf(distribution, go)}`, distribution.name);
  if (existsSync(program())) return program();
  mkdirSync(cache, { recursive: true });
  // Of this checkout alone, should several share a cache.
  const checkout = Buffer.from(root).toString("base64url").slice(-16);
  const work = join(cache, `sources-${distribution.name}-${checkout}`);
  return underLock(`${work}.lock`, progress, async () => {
    // Another process may have built it while we waited, and the sources may have changed.
    const wanted = program();
    if (existsSync(wanted)) return wanted;
    mkdirSync(work, { recursive: true });
    await compile(work, distribution, progress);
    mkdirSync(dirname(wanted), { recursive: true });
    // Complete under another name first: a build that was cut short must not look like a Collector.
    const draft = `${wanted}.draft`;
    copyFileSync(join(work, distribution.name), draft);
    renameSync(draft, wanted);
    return wanted;
  });
}

/** The version of the Go that compiles it. */
function goFor({ name, module }: Distribution): string {
  const need = `${name} is built with Go ${oldestGo.join(".")} or newer`;
  // Asked in the module's folder, where Go may fetch the newer one that go.mod names.
  const asked = spawnSync("go", ["env", "GOVERSION"], { cwd: module ?? root, encoding: "utf8" });
  if (asked.error !== undefined)
    throw new Error(
      `${need}, and there is no \`go\` here: install it (https://go.dev/dl) and run this again.`,
    );
  const [, major, minor] = /^go(\d+)\.(\d+)/u.exec(asked.stdout) ?? [];
  const found = `${Number(major)}.${Number(minor)}`;
  if (asked.status !== 0 || major === undefined)
    throw new Error(`${need}, and the \`go\` here does not answer: ${asked.stderr.trim()}`);
  if (Number(major) < oldestGo[0] || (Number(major) === oldestGo[0] && Number(minor) < oldestGo[1]))
    throw new Error(`${need}, and the \`go\` here is ${found}: install a newer one (https://go.dev/dl).`);
  return asked.stdout.trim();
}

/** Leaves the program in `work`. */
async function compile(
  work: string,
  distribution: Distribution,
  progress: (line: string) => void,
): Promise<void> {
  const stamp = join(work, "modules");
  const modules = modulesDigestOf(distribution);
  const known = existsSync(stamp) && readFileSync(stamp, "utf8") === modules;
  progress(
    known
      ? `building ${distribution.name} anew, some seconds: its modules are here`
      : `building ${distribution.name} of OpenTelemetry Collector ${collectorVersion}, some minutes the first time: up to 200 MB of Go modules are fetched and compiled`,
  );
  writeFileSync(join(work, "builder.yaml"), manifestFor(work, distribution));
  const builder = `go.opentelemetry.io/collector/cmd/builder@v${collectorVersion}`;
  const kept = known ? ["--skip-generate", "--skip-get-modules"] : [];
  await run(work, ["go", "run", builder, "--config", "builder.yaml", ...kept], progress);
  writeFileSync(stamp, modules);
}

async function run(cwd: string, command: readonly string[], progress: (line: string) => void): Promise<void> {
  const child = spawn("nice", ["-n", "10", ...command], {
    cwd,
    // Nothing of the repository's history goes into the program: the same sources give the same bytes.
    env: { ...process.env, GOFLAGS: `${process.env["GOFLAGS"] ?? ""} -buildvcs=false`.trim() },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    said.push(line);
    const step = /\t(Getting go modules|Compiling|Compiled)/u.exec(line)?.[1];
    if (step !== undefined) progress(`  ${step}`);
  });
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0)
    throw new Error(`The Collector can't be built (status ${String(code)}):\n${said.slice(-20).join("\n")}`);
}
