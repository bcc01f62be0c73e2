import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { repositoryRoot } from "./repository.ts";

/** A file of the recorded data, which is kept beside the repository; ANSWERABLE_TEST_DATA names another folder. */
export function testData(file: string): string {
  const folder = resolve(repositoryRoot, process.env["ANSWERABLE_TEST_DATA"] ?? "../shared/data");
  const path = resolve(folder, file);
  if (existsSync(path)) return path;
  throw new Error(
    `This test needs the recorded data, and there is no ${path}; set ANSWERABLE_TEST_DATA to the folder that holds ${file}.`,
  );
}

/** The sample that the package carries. */
export const bundledSample = resolve(repositoryRoot, "deploy/demo/agentdojo.sample.jsonl.gz");
