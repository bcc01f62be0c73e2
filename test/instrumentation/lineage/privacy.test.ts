/**
 * Goal: nothing that lineage was told or asked stays in memory in plain.
 * Method: a process tells it random values and looks for them in its own heap; a process that keeps one on purpose shows
 * that the search works.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { repositoryRoot } from "../../support/repository.ts";

function heap(...flags: readonly string[]): unknown {
  const script = join(repositoryRoot, "dist/test/support/lineage-heap.js");
  // Without the limit a snapshot shows the first 1,024 characters of a text alone.
  const options = ["--expose-gc", "--heap-snapshot-string-limit=100000000"];
  const { stdout, stderr } = spawnSync(process.execPath, [...options, script, ...flags], {
    encoding: "utf8",
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
}

test("no value is in the heap while the book is", () => {
  expect(heap()).toEqual({ hits: 0, kept: 0, held: expect.any(Number) });
});

test("a value that is kept in plain is found", () => {
  expect(heap("--keep")).toMatchObject({ hits: 1, kept: 1 });
});
