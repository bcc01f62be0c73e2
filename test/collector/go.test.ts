/** Goal: the Go side passes its own gate: formatted, vetted, tested under the race detector, nothing generated or pinned out of date. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { cp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { builtCollector } from "../support/collector.ts";
import { repositoryRoot } from "../support/repository.ts";

const module = join(repositoryRoot, "collector");
/** Compiling everything for the race detector takes minutes on a machine that never did. */
const coldMs = 900_000;

interface Ran {
  readonly code: number;
  readonly said: string;
}

function run(command: string, args: readonly string[], cwd = module): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd, timeout: coldMs, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile("nice", ["-n", "5", command, ...args], options, (error, out, err) =>
      resolve({ code: child.exitCode ?? -1, said: `${out}${err}${error === null ? "" : error.message}` }),
    );
  });
}

test.each([
  ["is formatted", "gofmt", ["-l", "."]],
  ["is vetted", "go", ["vet", "./..."]],
  ["has a tidy go.mod", "go", ["mod", "tidy", "-diff"]],
])(
  "the Go module %s",
  async (_, command, args) => {
    expect(await run(command, args)).toEqual({ code: 0, said: "" });
  },
  coldMs,
);

test(
  "the Go tests pass under the race detector",
  async () => {
    const { code, said } = await run("go", ["test", "-race", "./..."]);
    if (code !== 0) throw new Error(said.slice(-20_000));
    expect(said).toMatch(/^ok\s+answerable\/collector\/processor\/answerableprocessor\s/mu);
  },
  coldMs,
);

test(
  "what mdatagen writes is up to date",
  async () => {
    const copy = mkdtempSync(join(tmpdir(), "answerable-mdatagen-"));
    try {
      await cp(module, copy, { recursive: true });
      const described = readdirSync(module, { recursive: true, encoding: "utf8" }).filter((name) =>
        name.endsWith("metadata.yaml"),
      );
      expect(described).not.toEqual([]);
      for (const name of described) {
        const folder = join(copy, name, "..");
        expect(await run("go", ["tool", "mdatagen", "metadata.yaml"], folder)).toMatchObject({ code: 0 });
      }
      const stale = readdirSync(copy, { recursive: true, encoding: "utf8" })
        .filter((name) => /(?:^|\/)(?:generated_[^/]*\.go|documentation\.md)$/u.test(name))
        .filter((name) => readFileSync(join(copy, name), "utf8") !== textOf(join(module, name)));
      expect(stale).toEqual([]);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  },
  coldMs,
);

test(
  "the program has the package's version",
  async () => {
    const { version } = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8")) as {
      version: string;
    };
    const { code, said } = await run(await builtCollector(), ["--version"]);
    expect({ code, said: said.trim() }).toEqual({ code: 0, said: `answerable-collector version ${version}` });
  },
  coldMs,
);

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
