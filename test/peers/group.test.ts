/**
 * Goal: groups are the same for the same identities, stay as they are while nothing is clearly better, are bounded, and nobody who is not
 * believed speaks in one.
 * Method: examples, and generated populations.
 */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isNews } from "../../detector/peers/baseline.ts";
import { groupPeers } from "../../detector/peers/group.ts";
import { similarGroups } from "../../detector/peers/similar.ts";
import type { Subject } from "../../detector/peers/subject.ts";
import { PeerGroup, PeerMembership } from "../../schemas/index.ts";
import { groupWith, operating, subjectWith, usesWith } from "../support/peers.ts";

const nothing = new Map<string, readonly string[]>();
const text = fc.oneof(
  fc.constantFrom("a", "b", "c", "d", "e", "f"),
  fc.string({ unit: "grapheme", maxLength: 300 }),
);
const uses = fc
  .uniqueArray(text, { maxLength: 12 })
  .map((values) => usesWith(...values.filter((value) => value !== "")));
const subject = fc
  .record({
    identityId: fc.string({ minLength: 1, maxLength: 6 }),
    kind: fc.constantFrom("ci_job", "ai_agent"),
    owner: text,
    environment: fc.constantFrom("", "production"),
    service: text,
    isVerified: fc.boolean(),
    isDeclared: fc.boolean(),
    logDays: fc.integer({ min: 1, max: 9 }),
    isGated: fc.boolean(),
    uses: fc.record({ operations: uses, places: uses, networks: uses, secrets: uses }),
  })
  .map((one): Subject => one);
const population = fc.uniqueArray(subject, { maxLength: 40, selector: ({ identityId }) => identityId });

test("the same identities give the same groups in whatever order they come, within the contract", () => {
  fc.assert(
    fc.property(population, fc.infiniteStream(fc.nat()), (subjects, dice) => {
      const shuffled = subjects
        .map((one) => [dice.next().value, one] as const)
        .toSorted(([a], [b]) => a - b)
        .map(([, one]) => one);
      const grouped = groupPeers(subjects, nothing);
      expect(groupPeers(shuffled, nothing)).toEqual(grouped);
      for (const group of grouped.groups) {
        expect(PeerGroup.parse(group)).toEqual(group);
        expect(group.peers).toBeGreaterThanOrEqual(3);
        for (const { users } of group.operations.values) expect(users).toBeLessThanOrEqual(group.peers);
      }
      for (const one of grouped.memberships) expect(PeerMembership.parse(one)).toEqual(one);
    }),
  );
});

const acting = fc.uniqueArray(
  fc.record({
    identityId: fc.string({ minLength: 1, maxLength: 6 }),
    operations: fc.uniqueArray(fc.constantFrom(..."abcdefghij".split("")), { minLength: 3, maxLength: 8 }),
  }),
  { maxLength: 30, selector: ({ identityId }) => identityId },
);

test("grouped again, everybody stays; and who comes new moves nobody who was in a group", () => {
  fc.assert(
    fc.property(acting, acting, (first, more) => {
      const before = similarGroups(first, nothing);
      const settled = similarGroups(first, before);
      const names = new Set(first.map(({ identityId }) => identityId));
      const joined = similarGroups(
        [...first, ...more.filter(({ identityId }) => !names.has(identityId))],
        before,
      );
      for (const [id, members] of settled)
        expect(joined.get(id)?.filter((member) => names.has(member))).toEqual(members);
    }),
  );
});

test("everybody is in one group of like behaviour", () => {
  fc.assert(
    fc.property(acting, (all) => {
      const members = [...similarGroups(all, nothing).values()].flat();
      expect(members.toSorted()).toEqual(all.map(({ identityId }) => identityId).toSorted());
    }),
  );
});

describe("a member of a group", () => {
  const build = ["repo.read", "repo.write", "image.push", "cache.read"];
  const others = ["a", "b", "c"].map((identityId) => ({ identityId, operations: build }));
  const before = new Map([
    ["builds", ["a", "b", "c", "x"]],
    ["mails", ["m", "n", "o"]],
  ]);
  const mails = ["m", "n", "o"].map((identityId) => ({
    identityId,
    operations: ["mail.read", "mail.send", "mail.move", "repo.read"],
  }));
  const groupOfX = (...operations: readonly string[]): string | undefined =>
    [...similarGroups([...others, ...mails, { identityId: "x", operations }], before)].find(([, members]) =>
      members.includes("x"),
    )?.[0];

  test("stays where a newcomer would not be let in", () => {
    expect(groupOfX("repo.read", "repo.write", "own.thing")).toBe("builds");
    before.set("builds", ["a", "b", "c"]);
    expect(groupOfX("repo.read", "repo.write", "own.thing")).not.toBe("builds");
    before.set("builds", ["a", "b", "c", "x"]);
  });

  test("goes where it is clearly more alike", () => {
    expect(groupOfX("mail.read", "mail.send", "mail.move", "repo.read")).toBe("mails");
  });
});

describe("who is counted", () => {
  const countedIn = (subjects: readonly Subject[]): readonly string[] =>
    groupPeers(subjects, nothing)
      .memberships.filter(({ counted }) => counted.includes("all"))
      .map(({ identityId }) => identityId);

  test("neither who has no habit nor who was made up lately", () => {
    expect(
      countedIn([
        ...["a", "b", "c"].map((id) => subjectWith(id)),
        subjectWith("cold", { isGated: false, isDeclared: true }),
        subjectWith("fake", { logDays: 6 }),
      ]),
    ).toEqual(["a", "b", "c"]);
  });

  test("alone those that are vouched for, where there are three: a hundred that nobody vouches for don't outvote them", () => {
    const fakes = Array.from({ length: 100 }, (_, n) => subjectWith(`fake ${n}`, operating("mail.send")));
    const real = [
      subjectWith("a", { isVerified: true, logDays: 1 }),
      subjectWith("b", { isDeclared: true, logDays: 1 }),
      subjectWith("c", { isVerified: true }),
    ];
    const { groups } = groupPeers([...fakes, ...real], nothing);
    const all = groups.find(({ id }) => id === "all");
    expect(all).toMatchObject({ members: 103, peers: 3 });
    expect(all?.operations.values.map(({ value }) => value)).not.toContain("mail.send");
  });

  test("two are no group", () => {
    expect(groupPeers([subjectWith("a"), subjectWith("b")], nothing)).toEqual({
      groups: [],
      memberships: [],
      leftOut: 0,
    });
  });
});

test("groups are bounded, and what is left out is counted", () => {
  const many = Array.from({ length: 300 }, (_, n) =>
    subjectWith(`i${n}`, { owner: `team ${Math.floor(n / 3)}`, kind: `kind ${n % 2}` }),
  );
  const trios = many.map((one) => ({ ...one, kind: "bot" }));
  const { groups, leftOut } = groupPeers(trios, nothing);
  expect(groups).toHaveLength(65);
  // A hundred teams, one kind and one group of like behaviour; beside them all.
  expect(leftOut).toBe(102 - 64);
});

test("a long list is cut, and says so; who uses what nobody else does is counted", () => {
  const own = (n: number) => operating("shared", ...Array.from({ length: 60 }, (_, at) => `own ${n} ${at}`));
  const { groups } = groupPeers(
    ["a", "b", "c"].map((id, n) => subjectWith(id, own(n))),
    nothing,
  );
  const { operations } = groups.find(({ id }) => id === "all")!;
  expect(operations).toMatchObject({ isComplete: false, alone: 3 });
  expect(operations.values).toHaveLength(128);
  expect(operations.values[0]).toEqual({ value: "shared", users: 3 });
});

test("sentences say who belongs to a group", () => {
  const parts = { owner: "team:build", environment: "production", service: "builder" };
  const { groups } = groupPeers(
    ["a", "b", "c"].map((id) => subjectWith(id, parts)),
    nothing,
  );
  expect(groups.map(({ defined }) => defined)).toEqual([
    "identities that use much the same operations: image.push, repo.read, repo.write",
    "identities of kind ci_job that are the service builder in production",
    "identities of kind ci_job that team:build answers for in production",
    "identities of kind ci_job in production",
    "all identities",
  ]);
});

test.each([
  { name: "one peer more of a hundred is no news", told: 100, now: 101, news: false },
  { name: "six of a hundred are", told: 100, now: 106, news: true },
  { name: "one more of four is", told: 4, now: 5, news: true },
  { name: "a group that is no more is", told: 4, now: 0, news: true },
])("$name", ({ told, now, news }) => {
  expect(isNews(groupWith({ peers: told }), groupWith({ peers: now }))).toBe(news);
});

test("a value that nobody used before is news", () => {
  const operations = { values: [{ value: "mail.send", users: 1 }], isComplete: true, alone: 0 };
  expect(isNews(groupWith({ peers: 100 }), groupWith({ peers: 100, operations }))).toBe(true);
});
