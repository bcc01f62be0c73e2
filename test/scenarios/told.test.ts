/**
 * Goal: the mission, story by story. A story is its set-up, what happens, and what must be true afterwards.
 * Method: every role a process of its own on a real Kafka and a real ClickHouse, agents with the real SDK in processes of their
 * own; what is asked is asked of the store, the API and the webhook. `npm run stories` counts these tests by their names.
 */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type StoryInstallation, startStories } from "../support/story/installation.ts";
import { tellStory } from "../support/story/kit.ts";
import { stories, toldStories } from "./stories.ts";

let installation: StoryInstallation;
beforeAll(async () => {
  installation = await startStories();
}, 90_000);
afterAll(() => installation.stop());

test("there are 25 stories, each told or with what it lacks", () => {
  expect(stories).toHaveLength(25);
  expect(new Set(stories.map(({ id }) => id)).size).toBe(25);
  for (const { id, telling, lacks } of stories)
    expect({ id, isOne: telling !== undefined || (lacks ?? "") !== "" }).toEqual({ id, isOne: true });
});

test.each(toldStories(process.env["ANSWERABLE_STORIES"] === "all"))(
  "$id $title",
  async ({ id, telling }) => {
    // A story throws where something doesn't hold.
    await expect(tellStory(installation, id, telling, { patienceMs: 15_000 })).resolves.toBeUndefined();
  },
  60_000,
);
