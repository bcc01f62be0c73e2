import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { repositoryRoot } from "../support/repository.ts";
import { storyTable, withStories } from "./readme.ts";

test("the README's table of stories is the list's; npm run stories -- --write-readme writes it anew", () => {
  const readme = readFileSync(join(repositoryRoot, "README.md"), "utf8");
  expect(readme).toContain(storyTable());
  expect(withStories(readme)).toBe(readme);
});
