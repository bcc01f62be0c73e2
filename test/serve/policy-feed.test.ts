/**
 * Goal: the feed knows both logs, tells each entry once and in order, and survives whatever stands in them.
 * Method: logs in memory, read by one feed or two.
 */
import { afterEach, expect, test } from "@jest/globals";
import { standingOf } from "../../policy/standings.ts";
import { systemClock } from "../../detector/clock.ts";
import { approvals } from "../../detector/serve/approvals.ts";
import { openPolicyFeed, type PolicyFeed } from "../../detector/serve/policy-feed.ts";
import type { ControlRecord, Standing } from "../../schemas/index.ts";
import { grantWith } from "../support/build.ts";
import { type MemoryLog, memoryLog } from "../support/policy-log.ts";

const common = { tenant: "default", author: "user:ana" };
const hourUs = 3600 * 1_000_000;
const nowUs = (): number => Date.now() * 1000;
const me = new Set(["agent:me"]);
const feeds: PolicyFeed[] = [];
afterEach(() => {
  for (const feed of feeds.splice(0)) feed.stop();
});

async function open(control: MemoryLog, standings = memoryLog()): Promise<PolicyFeed> {
  const feed = await openPolicyFeed({ control, standings, clock: systemClock, log: () => undefined });
  feeds.push(feed);
  return feed;
}

const standing = (to: Standing, atUs: number, id = "agent:me"): ControlRecord => ({
  kind: "standing_set",
  ...common,
  atUs,
  subject: { kind: "identity", id },
  standing: to,
  reason: "r",
  isDryRun: false,
});
const opened = (id: string, atUs = nowUs()): ControlRecord => ({
  kind: "task_opened",
  ...common,
  atUs,
  task: { id, kind: "change", title: "" },
});
const closed = (id: string, atUs = nowUs()): ControlRecord => ({
  kind: "task_closed",
  ...common,
  atUs,
  taskId: id,
  reason: "",
});
const given = (grantee: string, atUs = nowUs(), version = "1"): ControlRecord => ({
  kind: "grant_given",
  ...common,
  atUs,
  grant: grantWith({ id: "g", grantee, window: {}, policy: { id: "p", version } }),
});
const asked = (id: string, identityId = "agent:me"): ControlRecord => ({
  kind: "approval_asked",
  ...common,
  atUs: nowUs(),
  approval: {
    id,
    digest: "ab".repeat(32),
    identityId,
    operation: "deploy",
    resources: [],
    arguments: [],
    taskId: "",
    sessionId: "",
    chainId: "",
    grantId: "",
    policyId: "",
    policyVersion: "",
    expiresAtUs: nowUs() + hourUs,
  },
});
const kindsOf = (feed: PolicyFeed, identities = me): readonly string[] =>
  feed
    .shelf("default")
    .standing(identities, nowUs())
    .map(({ record }) => record.kind);

test("of two standings the later counts, whichever log it is in", async () => {
  const [control, standings] = [memoryLog(), memoryLog()];
  await standings.append([standing("paused", 10), standing("paused", 30, "agent:other")]);
  await control.append([standing("active", 20), standing("active", 20, "agent:other")]);
  const feed = await open(control, standings);
  const now = (identityId: string): Standing =>
    standingOf(feed.book.of("default"), { identityId, chainId: "" }, 100, Number.POSITIVE_INFINITY).standing;
  expect([now("agent:me"), now("agent:other")]).toEqual(["active", "paused"]);
  expect(feed.cursor()).toEqual({ control: 2, standings: 2 });
});

test("news is told once and in order, and what was missed is told from where one was", async () => {
  const control = memoryLog();
  const feed = await open(control);
  const heard: number[] = [];
  feed.listen(({ position }) => heard.push(position));
  await Promise.all([
    control.append([opened("a")]),
    control.append([opened("b")]),
    feed.append([opened("c")]),
  ]);
  expect(heard).toEqual([0, 1, 2]);
  expect(feed.since({ control: 1, standings: 0 })?.map(({ position }) => position)).toEqual([1, 2]);
  expect(feed.since({ control: 3, standings: 0 })).toEqual([]);
  expect(feed.since({ control: 4, standings: 0 })).toBeUndefined();
  expect(feed.since({ control: 0, standings: 1 })).toBeUndefined();
});

test("entries that are late, of nobody or made up break nothing", async () => {
  const control = memoryLog();
  const feed = await open(control);
  control.invent({ ...common, kind: "grant_given", atUs: 1 });
  control.invent({ ...common, kind: "of a later version", atUs: 1 });
  await feed.append([
    { kind: "approval_answered", ...common, atUs: 1, approvalId: "none", answer: "approved", comment: "" },
    { kind: "approval_used", ...common, atUs: 1, approvalId: "none", digest: "" },
    { kind: "grant_revoked", ...common, atUs: 1, grantId: "none" },
    closed("never opened"),
    opened("after"),
  ]);
  expect(feed.cursor().control).toBe(7);
  expect(kindsOf(feed)).toEqual(["task_closed", "task_opened"]);
});

test("what stands is told without what is over", async () => {
  const control = memoryLog();
  const feed = await open(control);
  await feed.append([
    opened("old", nowUs() - 3 * hourUs),
    closed("old", nowUs() - 2 * hourUs),
    opened("late"),
    closed("late"),
    given("agent:me", nowUs() - 9 * hourUs),
    given("agent:m*", nowUs() - 5 * hourUs, "2"),
    given("agent:*", nowUs(), "3"),
    given("agent:*", nowUs(), "4"),
    asked("mine"),
    asked("theirs", "agent:other"),
    asked("denied"),
    {
      kind: "approval_answered",
      ...common,
      atUs: nowUs(),
      approvalId: "denied",
      answer: "denied",
      comment: "",
    },
    standing("paused", 1),
    standing("watched", 2),
    standing("paused", 3, "agent:other"),
  ]);
  expect(kindsOf(feed)).toEqual([
    "task_opened",
    "task_closed",
    // The second, as it counted until a moment ago, and what replaced it.
    "grant_given",
    "grant_given",
    "grant_given",
    "approval_asked",
    "standing_set",
  ]);
  expect(kindsOf(feed, new Set(["user:bob"]))).toEqual(["task_opened", "task_closed"]);
});

test("a tenant is told nothing of another", async () => {
  const feed = await open(memoryLog());
  await feed.append([{ ...opened("a"), tenant: "other" }]);
  expect(kindsOf(feed)).toEqual([]);
});

test("of uses through two services at once one goes through", async () => {
  const control = memoryLog();
  const both = [await open(control), await open(control)];
  await both[0]!.append([
    asked("a"),
    { kind: "approval_answered", ...common, atUs: nowUs(), approvalId: "a", answer: "approved", comment: "" },
  ]);
  const uses = both.flatMap((feed) =>
    Array.from({ length: 5 }, async () => {
      const book = approvals(feed, systemClock);
      const approval = await book.of("default", "a");
      if (approval === undefined) throw new Error("it was asked for");
      return await book.use(approval, { tenant: "default", author: "x", digest: "ab".repeat(32) });
    }),
  );
  const statuses = (await Promise.all(uses)).map(({ status }) => String(status));
  expect(statuses.toSorted()).toEqual(["200", ...Array<string>(9).fill("409")]);
  expect(control.entries.filter(({ record }) => record.kind === "approval_used").length).toBeGreaterThan(1);
});

test("an answer after its time, or after another, is none, and a use of another action is none", async () => {
  const feed = await open(memoryLog());
  const say = (answer: "approved" | "denied", atUs = nowUs()): ControlRecord => ({
    kind: "approval_answered",
    ...common,
    atUs,
    approvalId: "a",
    answer,
    comment: "",
  });
  const state = (): string | undefined => feed.shelf("default").approval("a", nowUs())?.state;
  await feed.append([asked("a"), say("approved", nowUs() + 2 * hourUs)]);
  expect(state()).toBe("asked");
  await feed.append([
    { kind: "approval_used", ...common, atUs: nowUs(), approvalId: "a", digest: "ab".repeat(32) },
  ]);
  await feed.append([say("approved"), say("denied")]);
  expect(state()).toBe("approved");
  await feed.append([
    { kind: "approval_used", ...common, atUs: nowUs(), approvalId: "a", digest: "cd".repeat(32) },
  ]);
  expect(state()).toBe("approved");
  expect(feed.shelf("default").approval("a", nowUs() + 2 * hourUs)?.state).toBe("expired");
});
