/**
 * Goal: what a person took for good is quiet, that and nothing else, and is noted all the same.
 * Method: actions that no grant covers go through the engine, whose book says what was accepted.
 */
import { describe, expect, test } from "@jest/globals";
import { behaviourOf } from "../../policy/accepted.ts";
import { PolicyBook } from "../../policy/book.ts";
import { detectors } from "../../detector/detect/index.ts";
import type { AttributedAction } from "../support/actions.ts";
import { builtAtUs, judgedWith } from "../support/build.ts";
import { Engine, type PlainStepped } from "../support/stepped.ts";

const send = (offset: number, parts: Partial<AttributedAction> = {}) => {
  const one = judgedWith(offset, { operation: "mail.send", startedAtUs: builtAtUs + offset, ...parts });
  return { ...one, authority: { ...one.authority, outcome: "outside_scope" as const, grantId: "grant-1" } };
};

function judged(accepted: { identityId?: string; rule?: string; cause: string }[]): PlainStepped {
  const book = new PolicyBook();
  accepted.forEach(({ identityId = "agent:triage", rule = "outside-grant", cause }, position) =>
    book.enter(position, {
      kind: "behaviour_accepted",
      tenant: "default",
      author: "user:ana@acme.example",
      atUs: 0,
      identityId,
      rule,
      cause,
      findingId: "f".repeat(32),
      comment: "",
    }),
  );
  const log = [send(0, { sessionId: "s" }), send(1, { sessionId: "t" })];
  return new Engine(detectors, undefined, undefined, book).step(log);
}

const of = ({ findings }: PlainStepped, rule: string): (string | undefined)[] =>
  findings.filter((one) => one.rule === rule).map((one) => one.sessionId);

describe("a finding", () => {
  test("is said in each session while nobody accepted it", () => {
    expect(of(judged([]), "outside-grant")).toEqual(["s", "t"]);
  });

  test("whose behaviour was accepted is quiet in every session, and opens no episode; its signal is noted", () => {
    const stepped = judged([{ cause: "outside_scope|mail.send" }]);
    expect(stepped.findings).toEqual([]);
    expect(stepped.alerts).toEqual([]);
    expect(stepped.actions.map((one) => one.signals)).toEqual([
      ["outside-grant/outside_scope"],
      ["outside-grant/outside_scope"],
    ]);
  });

  test("whose whole cause was accepted is quiet in that session alone", () => {
    expect(of(judged([{ cause: "outside_scope|mail.send|s" }]), "outside-grant")).toEqual(["t"]);
  });

  test.each([
    { name: "another operation", accepted: { cause: "outside_scope|mail.delete" } },
    { name: "another boundary", accepted: { cause: "outside_window|mail.send" } },
    { name: "another identity", accepted: { identityId: "agent:other", cause: "outside_scope|mail.send" } },
    { name: "another rule", accepted: { rule: "first-use", cause: "outside_scope|mail.send" } },
  ])("is said where $name was accepted", ({ accepted }) => {
    expect(of(judged([accepted]), "outside-grant")).toEqual(["s", "t"]);
  });

  test("that was said can be accepted by what it says of itself", () => {
    const [finding] = judged([]).findings;
    expect(judged([{ cause: behaviourOf(finding!) }]).findings).toEqual([]);
  });
});

test.each([
  { cause: "outside_scope|mail.send|s1", sessionId: "s1", behaviour: "outside_scope|mail.send" },
  { cause: "s1|operation|mail.send", sessionId: "s1", behaviour: "operation|mail.send" },
  { cause: "|operation|mail.send", sessionId: "", behaviour: "operation|mail.send" },
  { cause: "no_grant", sessionId: "s1", behaviour: "no_grant" },
  { cause: "revoked|jti-s1", sessionId: "s1", behaviour: "revoked|jti-s1" },
])("the behaviour in $cause is $behaviour", ({ behaviour, ...finding }) => {
  expect(behaviourOf(finding)).toBe(behaviour);
});
