import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { repositoryRoot } from "../repository.ts";

const run = promisify(execFile);
const cache = join(repositoryRoot, ".cache", "kafka-4.3.1");

const advice = "apt-get install openjdk-17-jre-headless maven";
const copyDependencies = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

/** Class path of the broker; fetched by Maven the first time, kept in `.cache` after. */
export async function kafkaClassPath(): Promise<string> {
  await need("java", ["-version"]);
  const jars = join(cache, "jars");
  if (!existsSync(jars)) await fetchJars(jars);
  return readdirSync(jars)
    .toSorted()
    .map((jar) => join(jars, jar))
    .join(":");
}

async function fetchJars(jars: string): Promise<void> {
  await need("mvn", ["-v"]);
  // Complete under another name first: a download that was cut short must not look like a broker.
  const draft = join(cache, `draft-${process.pid}`);
  mkdirSync(dirname(draft), { recursive: true });
  const pom = join(repositoryRoot, "test", "support", "kafka", "pom.xml");
  await run("mvn", [
    "-B",
    "-ntp",
    "-q",
    "-f",
    pom,
    copyDependencies,
    "-DincludeScope=runtime",
    `-DoutputDirectory=${draft}`,
  ]);
  if (existsSync(jars)) rmSync(draft, { recursive: true });
  else renameSync(draft, jars);
}

/** Fails with the command that adds a missing program. */
async function need(program: string, probe: readonly string[]): Promise<void> {
  try {
    await run(program, [...probe]);
  } catch (error) {
    throw new Error(`The tests run a real Kafka and need "${program}"; get it with: ${advice}`, {
      cause: error,
    });
  }
}
