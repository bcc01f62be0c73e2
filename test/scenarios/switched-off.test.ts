/**
 * Goal: a story passes because of what it is about, and for no other reason.
 * Method: each is told once more where the rules that it rests on say nothing, and the guard or the SDK of its agents is off; it
 * must fail, and at something that it asks for.
 */
import { AssertionError } from "node:assert/strict";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type StoryInstallation, startStories } from "../support/story/installation.ts";
import { tellStory } from "../support/story/kit.ts";
import { toldStories } from "./stories.ts";

/** What stands for a part of the agents rather than for a rule, and how it is switched off. */
const parts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  guard: { ANSWERABLE_GUARD: "off" },
  sdk: { ANSWERABLE_DISABLED: "true" },
};
const told = toldStories(process.env["ANSWERABLE_STORIES"] === "all");
const rules = new Set(told.flatMap(({ telling }) => telling.rests.filter((one) => parts[one] === undefined)));

let installation: StoryInstallation;
beforeAll(async () => {
  installation = await startStories([...rules]);
}, 90_000);
afterAll(() => installation.stop());

test.each(told)(
  "$id doesn't hold without what it rests on",
  async ({ id, telling }) => {
    expect(telling.rests.length).toBeGreaterThan(0);
    const off = Object.assign({}, ...telling.rests.map((one) => parts[one] ?? {})) as Record<string, string>;
    const error: unknown = await tellStory(installation, id, telling, { patienceMs: 3_000, off }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Error);
    // Of the two ways in which a story says that something doesn't hold, and no accident of its set-up.
    const isItsOwn = error instanceof AssertionError || (error as Error).message.startsWith("not within");
    expect({ isItsOwn, message: (error as Error).message }).toMatchObject({ isItsOwn: true });
  },
  60_000,
);
