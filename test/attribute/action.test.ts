import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Origin } from "../../detector/attribute/attribute.ts";
import { clip } from "../../detector/attribute/clip.ts";
import { actionId, computedId } from "../../detector/attribute/ids.ts";
import { Action } from "../../schemas/index.ts";
import type { AttributedAction } from "../support/actions.ts";
import { attributed } from "../support/attributed.ts";
import { judgedWith, spanWith } from "../support/build.ts";

const anyone: Origin = { tenant: "default", source: "", verified: new Set(), bound: false };
const base = {
  "nhi.action.kind": "tool_call",
  "nhi.action.name": "tickets.open",
  "nhi.identity.id": "agent:triage",
};

type Parts = Parameters<typeof spanWith>[0];

function actionOf(parts: Parts = {}, origin = anyone): AttributedAction {
  const one = attributed(spanWith({ ...parts, attributes: { ...base, ...parts?.attributes } }), origin);
  if (one.kind !== "action") throw new Error(`expected an action, got ${one.kind}`);
  return one.action;
}

describe("an action", () => {
  const cases: readonly { name: string; span: Parts; is: Partial<AttributedAction> }[] = [
    { name: "of a root span has no parent", span: {}, is: { parentId: "" } },
    {
      name: "hangs on the id its parent has",
      span: { parentSpanId: "3".repeat(16) },
      is: { parentId: actionId("1".repeat(32), "3".repeat(16), "end") },
    },
    {
      name: "that began has another id than when it was over",
      span: { attributes: { "nhi.phase": "start" } },
      is: { id: actionId("1".repeat(32), "2".repeat(16), "start") },
    },
    {
      name: "belongs to its trace's chain and session when it names none",
      span: {},
      is: { chainId: "1".repeat(32), sessionId: "1".repeat(32) },
    },
    {
      name: "ends its delegation path with itself",
      span: { attributes: { "nhi.chain": ["user:ana", "agent:boss"] } },
      is: { path: ["user:ana", "agent:boss", "agent:triage"] },
    },
    {
      name: "is not named twice on a path that ends with it",
      span: { attributes: { "nhi.chain": ["user:ana", "agent:triage"] } },
      is: { path: ["user:ana", "agent:triage"] },
    },
    { name: "is ok when nothing says otherwise", span: {}, is: { status: "ok", errorType: "" } },
    { name: "failed when its span did", span: { status: "error" }, is: { status: "error" } },
    {
      name: "failed when it names an error",
      span: { attributes: { "error.type": "timeout" } },
      is: { status: "error", errorType: "timeout" },
    },
    {
      name: "was denied when its error says so",
      span: { status: "error", attributes: { "error.type": "denied" } },
      is: { status: "denied" },
    },
    {
      name: "was denied when a guard blocked it",
      span: { attributes: { "nhi.decision.verdict": "deny", "nhi.decision.outcome": "blocked" } },
      is: { status: "denied", decision: { verdict: "deny", outcome: "blocked" } },
    },
    {
      name: "keeps the guard's reason",
      span: {
        attributes: {
          "nhi.decision.verdict": "deny",
          "nhi.decision.outcome": "observed",
          "nhi.decision.reason": "paused",
        },
      },
      is: { status: "ok", decision: { verdict: "deny", outcome: "observed", reason: "paused" } },
    },
    {
      name: "has no decision when the word is not in the contract",
      span: { attributes: { "nhi.decision.verdict": "perhaps", "nhi.decision.outcome": "allowed" } },
      is: { decision: null },
    },
    { name: "keeps its step", span: { attributes: { "nhi.step": 7 } }, is: { step: 7 } },
    { name: "has no step when it is no count", span: { attributes: { "nhi.step": "-3" } }, is: { step: -1 } },
    {
      name: "has no step when it is beyond 31 bits",
      span: { attributes: { "nhi.step": 2 ** 31 } },
      is: { step: -1 },
    },
    { name: "has no step when it is empty", span: { attributes: { "nhi.step": "" } }, is: { step: -1 } },
    {
      name: "has its further resources behind the main one",
      span: {
        attributes: {
          "nhi.resource.id": "a",
          "nhi.resource.kind": "file",
          "nhi.resource.origin": "prompt",
          "nhi.resources.id": ["b", "c"],
          "nhi.resources.kind": ["repo"],
          "nhi.resources.origin": ["tool:x", "none"],
        },
      },
      is: {
        resources: [
          { id: "a", kind: "file", origin: "prompt" },
          { id: "b", kind: "repo", origin: "tool:x" },
          { id: "c", kind: "", origin: "none" },
        ],
      },
    },
    {
      name: "came from the client's address",
      span: { attributes: { "client.address": "10.0.0.7" } },
      is: { network: "10.0.0.7" },
    },
    {
      name: "keeps known attributes as text, and no others",
      span: { attributes: { "nhi.seq": 12, "url.full": "https://a.example/?q", "input.value": "hello" } },
      is: { attributes: { "nhi.seq": "12" } },
    },
  ];
  test.each(cases)("$name", ({ span, is }) => {
    expect(actionOf(span)).toMatchObject(is);
  });

  test("stores nothing but known attributes", () => {
    expect(
      Object.keys(
        actionOf({
          attributes: { "url.full": "https://a.example/?q", "input.value": "hello", "host.name": "h" },
        }).attributes,
      ),
    ).toEqual(["host.name"]);
  });

  test("is verified when the client proved to be this identity, and only then", () => {
    expect(actionOf({}, { ...anyone, verified: new Set(["agent:triage"]) }).strength).toBe("verified");
    expect(actionOf({}, { ...anyone, verified: new Set(["agent:other"]) }).strength).toBe("claimed");
  });

  test("is of the tenant and source that the receiver wrote, whatever the span says", () => {
    expect(
      actionOf({ attributes: { "nhi.tenant": "other" } }, { ...anyone, tenant: "acme", source: "ci" }),
    ).toMatchObject({ tenant: "acme", source: "ci" });
  });

  test("fits the contract, as large as a sender can make it", () => {
    const long = "😀".repeat(5000);
    // Longer than what is kept, in lists that are no longer than a value may be; the cut would halve a character.
    const id = `${"x".repeat(1001)}${"😀".repeat(12)}`;
    const hop = `${"x".repeat(511)}😀`;
    const action = actionOf({
      attributes: {
        "nhi.action.name": long,
        "nhi.resource.id": long,
        "nhi.resource.kind": long,
        "nhi.resource.origin": long,
        "nhi.resources.id": Array.from({ length: 50 }, () => id),
        "nhi.chain": Array.from({ length: 99 }, () => hop),
        "nhi.session.id": long,
        "user.id": long,
      },
    });
    expect(Action.safeParse({ ...action, ...judgedRest }).success).toBe(true);
    expect(action.resources).toHaveLength(32);
    expect(action.path).toHaveLength(32);
    expect(action.path.at(-1)).toBe("agent:triage");
    expect(JSON.stringify(action)).not.toMatch(/\\ud[89a-f]/u);
  });
});

const { authority, position } = judgedWith(0);
const judgedRest = { authority, position, signals: [], score: 0, late: false, clockSuspect: false };

describe("an identity", () => {
  test.each([
    {
      name: "of 512 characters is taken",
      length: 512,
      is: { kind: "action", action: { identityKind: "unknown" } },
    },
    {
      name: "of 513 characters is refused, as a cut one could be another's",
      length: 513,
      is: { kind: "rejected", rejected: { index: 0, reason: "identity_too_long" } },
    },
  ])("$name", ({ length, is }) => {
    const span = spanWith({ attributes: { ...base, "nhi.identity.id": "x".repeat(length) } });
    expect(attributed(span)).toMatchObject(is);
  });
});

describe("cutting a text", () => {
  test("never leaves half a character, and is never longer than allowed", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "é", "😀"), maxLength: 20 }),
        fc.nat({ max: 30 }),
        (text, charsMax) => {
          const cut = clip(text, charsMax);
          expect(Buffer.from(cut).toString()).toBe(cut);
          expect(text.startsWith(cut)).toBe(true);
          expect(cut.length).toBeLessThanOrEqual(charsMax);
          expect(cut.length).toBeGreaterThanOrEqual(Math.min(text.length, charsMax - 1));
        },
      ),
    );
  });
});

describe("computed ids", () => {
  test("of actions are what every language must compute", () => {
    expect(actionId("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "end")).toBe(
      "51817fa4aab4bc96e02e3ac10d87ab0e",
    );
    expect(actionId("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "start")).toBe(
      "75ab8e0ccc4f24ec59020ac7c1760a7b",
    );
  });

  test("of findings do not change from version to version", () => {
    expect(computedId("finding", "first-use", "1", "default", "agent:triage", "s|operation|mail.send")).toBe(
      "cb1c8f3eb42d49caffa931a4f37bdfc9",
    );
  });

  test("keep their parts apart", () => {
    expect(computedId("ab", "c")).not.toBe(computedId("a", "bc"));
  });
});
