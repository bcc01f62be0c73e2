/**
 * Goal: what a library saw inside the process speaks for or against somebody else's words, and changes nothing where none looked.
 * Method: an identity with a habit of ten days sends messages; only what was seen of the last one differs.
 */
import { describe, expect, test } from "@jest/globals";
import { KeptNumbers } from "../../detector/learn/kept-numbers.ts";
import { ActionView } from "../../detector/detect/action-view.ts";
import {
  coldBits,
  countInside,
  insideOf,
  insideReasons,
  sumOf,
  wordOf,
} from "../../detector/detect/character/inside.ts";
import { inside } from "../../detector/detect/character/weights.ts";
import { outOfCharacter } from "../../detector/detect/out-of-character.ts";
import { columnsOf, type AttributedAction } from "../support/actions.ts";
import { builtAtUs, judgedWith } from "../support/build.ts";
import { Engine, type Judged } from "../support/stepped.ts";

type Attributes = AttributedAction["attributes"];

const hourUs = 3_600_000_000;
const instructed: Attributes = {
  "nhi.args.name": '["to","body"]',
  "nhi.args.origin": '["tool:mail.read","none"]',
  "nhi.args.instructed": '["to"]',
  "nhi.action.asked": "false",
};
const plain: Attributes = {
  "nhi.args.name": '["to","body"]',
  "nhi.args.origin": '["tool:mail.read","none"]',
  "nhi.action.asked": "true",
};

const send = (offset: number, attributes: Attributes, parts: Partial<AttributedAction> = {}): Judged =>
  judgedWith(offset, {
    operation: "mail.send",
    mutating: true,
    sessionId: `session-${Math.floor(offset / 4)}`,
    startedAtUs: builtAtUs + offset * hourUs,
    resources: [{ id: "ana@acme.example", kind: "email", origin: "tool:mail.read" }],
    attributes,
    ...parts,
  });

function viewOf(attributes: Attributes, parts: Partial<AttributedAction> = {}): ActionView {
  const { columns, places } = columnsOf([send(0, attributes, parts)]);
  return new ActionView(columns, places);
}

/** What is said of a last action after a habit of 240, all with the same attributes. */
function lastOf(habit: Attributes, last: Judged) {
  const engine = new Engine([outOfCharacter]);
  engine.step(Array.from({ length: 240 }, (_, at) => send(at, habit)));
  const { actions, findings } = engine.step([last]);
  return { score: actions[0]!.score, findings };
}

describe("what was seen inside the process", () => {
  test("is nothing where no library looked", () => {
    expect(insideOf(viewOf({}))).toBeUndefined();
  });

  test("makes a message at somebody else's word a finding, which says why", () => {
    const { findings } = lastOf(plain, send(300, instructed));
    expect(findings.map(({ rule, severity }) => ({ rule, severity }))).toEqual([
      { rule: "out-of-character", severity: "high" },
    ]);
    expect(findings[0]!.hintWhy).toEqual(
      expect.arrayContaining([
        "abuse: an argument came out of a passage of a tool's output that gives instructions (+6.00 bits)",
        "abuse: the prompt asks for nothing of this kind (+1.00 bits)",
      ]),
    );
  });

  test.each([
    { name: "with the same attributes as always", last: plain },
    { name: "with none at all", last: {} },
  ])("is quiet about the same message $name", ({ last }) => {
    expect(lastOf(plain, send(300, last)).findings).toEqual([]);
  });

  test("is quiet where this argument always comes out of instructions", () => {
    const habit = { ...instructed, "nhi.action.asked": "true" };
    expect(lastOf(habit, send(300, habit)).findings).toEqual([]);
  });

  test("tells of an identity of which nothing is known yet, at lower confidence", () => {
    const { findings } = new Engine([outOfCharacter]).step([send(0, instructed)]);
    expect(findings.map(({ severity, confidence }) => ({ severity, confidence }))).toEqual([
      { severity: "medium", confidence: "cold_start" },
    ]);
  });

  test.each([
    { name: "only reads", attributes: instructed, parts: { mutating: false } },
    { name: "acts on what no passage instructed", attributes: plain, parts: {} },
    {
      name: "acts on what the prompt named",
      attributes: { ...instructed, "nhi.action.asked": "true" },
      parts: { resources: [{ id: "ana@acme.example", kind: "email", origin: "prompt" }] },
    },
  ])("is quiet about one of which nothing is known that $name", ({ attributes, parts }) => {
    expect(new Engine([outOfCharacter]).step([send(0, attributes, parts)]).findings).toEqual([]);
  });
});

const noHabit = new KeptNumbers();
const bitsOf = (attributes: Attributes, parts: Partial<AttributedAction> = {}, isKnown = true): number => {
  const view = viewOf(attributes, parts);
  return sumOf(wordOf(view, insideOf(view)!, noHabit, isKnown));
};

describe("the bits", () => {
  test.each([
    { name: "instructed, and not asked for", attributes: instructed, bits: 7 },
    { name: "not instructed, in a routine that is known", attributes: plain, bits: -1 },
    { name: "copied", attributes: { ...plain, "nhi.args.copied": "50" }, bits: 0.5 },
    { name: "half copied", attributes: { ...plain, "nhi.args.copied": "49" }, bits: -1 },
    { name: "given by the prompt", attributes: { ...plain, "nhi.args.given": "80" }, bits: -3 },
    { name: "asked for, and without arguments", attributes: { "nhi.action.asked": "true" }, bits: 0 },
  ])("of what was $name", ({ attributes, bits }) => {
    expect(bitsOf(attributes)).toBeCloseTo(bits, 1);
  });

  test("that speak against it are more on new work", () => {
    expect(bitsOf(plain, {}, false)).toBe(inside.notInstructed.newRoutine);
  });

  test("of text that a tool gave to what names nothing", () => {
    expect(bitsOf(plain, { resources: [] })).toBe(inside.toldText + inside.notInstructed.knownRoutine);
  });

  test("of an instruction fall as honest calls bring it", () => {
    const habit = new KeptNumbers();
    const view = viewOf(instructed);
    const seen = insideOf(view)!;
    const before = wordOf(view, seen, habit, true).instructed;
    let last = before;
    for (let call = 0; call < 600; call += 1) {
      countInside(view, seen, habit, 64);
      const now = wordOf(view, seen, habit, true).instructed;
      expect(now).toBeLessThanOrEqual(last + 0.05);
      last = now;
    }
    expect(before).toBe(inside.instructed.mutating);
    expect(last).toBeLessThan(0.1);
  });

  test("without a habit rest on what a tool named", () => {
    const view = viewOf(instructed);
    const word = wordOf(view, insideOf(view)!, noHabit, true);
    expect(coldBits(view, word)).toBeGreaterThan(sumOf(word));
    const prompted = viewOf(instructed, { resources: [{ id: "a", kind: "email", origin: "prompt" }] });
    expect(coldBits(prompted, word)).toBe(sumOf(word));
  });

  test("each have a sentence, and none where nothing is said", () => {
    const none = { instructed: 0, copied: 0, given: 0, unasked: 0, told: 0 };
    expect(insideReasons(none)).toEqual([]);
    expect(insideReasons({ instructed: 1, copied: 1, given: -1, unasked: 1, told: 1 })).toHaveLength(5);
  });
});

test.each(["not a list", "[1,2", '{"a":1}', "null", `["${"a".repeat(9000)}"]`, `[${"[".repeat(4000)}`])(
  "a sender's odd list of names is read as nothing: %.20s",
  (text) => {
    const seen = insideOf(
      viewOf({
        "nhi.args.name": text,
        "nhi.args.origin": text,
        "nhi.args.instructed": text,
        "nhi.args.copied": text,
      }),
    );
    expect(seen).toMatchObject({ fromTools: [], instructed: [], copied: 0, given: 0, isAsked: true });
  },
);
