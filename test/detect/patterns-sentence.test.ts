import { describe, expect, test } from "@jest/globals";
import { compilePattern } from "../../detector/detect/patterns-sentence.ts";
import { actionPatterns } from "../../schemas/index.ts";
import { brokenRules } from "../../detector/config/rules.ts";
import { Config } from "../../detector/config/config.ts";

const ofSentence = (when: string) => compilePattern({ id: "x", when, did: "did it" });

describe("a pattern's sentence", () => {
  test.each(actionPatterns)("of $id, which is shipped, can be read", (pattern) => {
    expect(compilePattern(pattern)).toMatchObject({ id: pattern.id, steps: [{}, {}] });
  });

  test("tells steps, times and what they share", () => {
    expect(
      ofSentence(
        "token issued, then within 5m in the same chain: read, then within 2h in the same chain: outgoing",
      ),
    ).toMatchObject({
      scope: "chain",
      steps: [{ withinUs: 0 }, { withinUs: 300e6 }, { withinUs: 7200e6 }],
    });
  });

  test.each([
    ["secret read", "has one step"],
    ["secret raed, then within 5m: outgoing", "names an unknown class"],
    ["secret read, then within 5m: outgoing with a valeu from a tool", "says something unknown of a step"],
    ["secret read, then outgoing", "does not say how soon"],
    ["secret read, then within 0m: outgoing", "after a time that is none"],
    ["secret read, then within 25h: outgoing", "after a time that is none, or over a day"],
    ["secret read, then within 5m in the same room: outgoing", "shares something unknown"],
    ["anything from another network, then within 5m: outgoing", "compares its first step"],
    [
      "read, then within 5m: read, then within 5m: read, then within 5m: read, then within 5m: read",
      "more than 4",
    ],
  ])("%s", (when, problem) => {
    expect(ofSentence(when)).toMatchObject({ problem: expect.stringContaining(problem) });
  });

  test("of the configuration is told with what was probably meant", () => {
    const patterns = [
      { id: "mine", when: "secret raed, then within 5m: outgoing", did: "did it" },
      { id: "secret-then-send", when: "read, then within 5m: write", did: "did it" },
    ];
    expect(brokenRules(Config.parse({ patterns }))).toEqual([
      'patterns[0].when names an unknown class of actions: "secret raed"; did you mean "secret read"?',
      "patterns[1].id is secret-then-send, which another pattern has",
    ]);
  });
});
