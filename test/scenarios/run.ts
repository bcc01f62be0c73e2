/**
 * `npm run stories`: tells every story, and once more without what it rests on, and says which pass. With `--write-readme` the
 * README's table is written instead; with `--all` those are told as well that lack something and are written already.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../support/repository.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { withStories } from "./readme.ts";
import { stories, toldStories } from "./stories.ts";

interface JestResults {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

const jest = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning", "--enable-source-maps"];

/** Titles of the tests that passed, and of those that did not. */
function tell(all: boolean): ReadonlyMap<string, boolean> {
  const folder = tempFolder("stories");
  try {
    const file = join(folder.path, "results.json");
    const env = { ...process.env, ...(all ? { ANSWERABLE_STORIES: "all" } : {}) };
    const args = ["node_modules/jest/bin/jest.js", "dist/test/scenarios/", "--json", `--outputFile=${file}`];
    spawnSync(process.execPath, [...jest, ...args], {
      cwd: repositoryRoot,
      env,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const { testResults } = JSON.parse(readFileSync(file, "utf8")) as JestResults;
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    return new Map(tests.map(({ title, status }) => [title, status === "passed"]));
  } finally {
    folder.remove();
  }
}

const help = `Tells the mission's stories on a real Kafka and ClickHouse, and once more without what each rests on.

  npm run stories [-- --all] [-- --write-readme]

  --all           those that still lack something as well
  --write-readme  tells nothing; writes the table of stories into README.md
`;

function main(args: readonly string[]): void {
  if (args.includes("--help")) return void process.stdout.write(help);
  if (args.includes("--write-readme")) {
    const path = join(repositoryRoot, "README.md");
    writeFileSync(path, withStories(readFileSync(path, "utf8")));
    return;
  }
  const all = args.includes("--all");
  const results = tell(all);
  const told = new Set(toldStories(all).map(({ id }) => id));
  let [passed, failed] = [0, 0];
  for (const { id, title, lacks = "" } of stories) {
    const holds = results.get(`${id} ${title}`) === true;
    const fails = results.get(`${id} doesn't hold without what it rests on`) === true;
    const isTold = told.has(id);
    if (isTold && holds && fails) passed += 1;
    else if (isTold) failed += 1;
    const without = holds ? "FAILS: it holds as well without what it rests on" : "FAILS";
    const state = isTold ? (holds && fails ? "passes" : without) : `lacks ${lacks}`;
    process.stdout.write(`${id}  ${state.padEnd(10)}  ${title}\n`);
  }
  process.stdout.write(`${String(passed)} of ${String(stories.length)} stories pass\n`);
  process.exitCode = failed > 0 ? 1 : 0;
}

main(process.argv.slice(2));
