/**
 * Goal: a story passes because of what it is about, and for no other reason.
 * Method: each is told again where the guard or the SDK of its agents is off, and again where the rules that it rests on say
 * nothing; either alone must make it fail, and at something that it asks for rather than in its set-up.
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
const isRule = (one: string): boolean => parts[one] === undefined;
const told = toldStories(process.env["ANSWERABLE_STORIES"] === "all");

let installations: { readonly usual: StoryInstallation; readonly mute: StoryInstallation };
beforeAll(async () => {
  const rules = new Set(told.flatMap(({ telling }) => telling.rests.filter(isRule)));
  installations = { usual: await startStories(), mute: await startStories([...rules]) };
}, 120_000);
afterAll(async () => {
  await installations.usual.stop();
  await installations.mute.stop();
});

test.each(told)(
  "$id doesn't hold without what it rests on",
  async ({ id, telling }) => {
    const { rests } = telling;
    const without = rests
      .filter((one) => !isRule(one))
      .map((part) => ({ installation: installations.usual, off: parts[part] ?? {} }));
    if (rests.some(isRule)) without.push({ installation: installations.mute, off: {} });
    expect(without).not.toEqual([]);
    for (const { installation, off } of without) {
      const failed = await whyNot(() => tellStory(installation, id, telling, { patienceMs: 3_000, off }));
      expect(failed).toMatchObject({ isItsOwn: true });
    }
  },
  60_000,
);

/** How a story failed: in one of the two ways in which it says that something doesn't hold, or by an accident of its set-up. */
async function whyNot(
  tell: () => Promise<void>,
): Promise<{ readonly isItsOwn: boolean; readonly message: string }> {
  try {
    await tell();
    return { isItsOwn: false, message: "it holds" };
  } catch (error) {
    const { message } = error as Error;
    return { isItsOwn: error instanceof AssertionError || message.startsWith("not within"), message };
  }
}
