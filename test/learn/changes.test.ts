/** Goal: a finding says what changed about an identity, where anything did. Method: runs of values, and the engine. */
import { describe, expect, test } from "@jest/globals";
import { ByteReader, ByteWriter } from "../../detector/bytes.ts";
import { Changes } from "../../detector/learn/changes.ts";
import { builtAtUs, judgedWith } from "../support/build.ts";
import { loud } from "../support/loud.ts";
import { Engine } from "../support/stepped.ts";

const minuteUs = 60_000_000;
const noted = (values: readonly string[], kind = "model"): Changes => {
  const changes = new Changes();
  values.forEach((value, nth) => changes.note(kind, "", value, nth * minuteUs));
  return changes;
};
const times = (count: number, value: string): string[] => Array<string>(count).fill(value);
const dayUs = 24 * 60 * minuteUs;

describe("a change", () => {
  test("is told within a day, with how long before", () => {
    const changes = noted([...times(50, "gpt-x"), "gpt-y"]);
    const at = 50 * minuteUs;
    expect(changes.before(at)).toEqual(["model gpt-x → gpt-y, less than a minute before"]);
    expect(changes.before(at + 90 * minuteUs)).toEqual(["model gpt-x → gpt-y, 1 h before"]);
    expect(changes.before(at + 7 * minuteUs)).toEqual(["model gpt-x → gpt-y, 7 min before"]);
    expect([changes.before(at - 1), changes.before(at + dayUs + 1)]).toEqual([[], []]);
  });

  test.each([
    { name: "a value that hardly stood", values: [...times(49, "a"), "b"] },
    { name: "going back to what was", values: ["b", ...times(60, "a"), "b"] },
    { name: "one that always changes", values: Array.from({ length: 400 }, (_, nth) => `m${nth % 7}`) },
    {
      name: "one that has used too many to tell",
      values: [...Array.from({ length: 16 }, (_, nth) => `m${nth}`), ...times(60, "m0"), "new"],
    },
  ])("is none of $name", ({ values }) => {
    expect(noted(values).before(values.length * minuteUs)).toEqual([]);
  });

  test("survives packing, whatever the value is", () => {
    const half = noted([...times(50, "v\ud800"), ...times(50, `${"x".repeat(47)}😀`)], "agent");
    const writer = new ByteWriter();
    half.pack(writer);
    const again = new Changes();
    again.unpack(new ByteReader(Buffer.from(writer.finish())));
    for (const changes of [half, again]) changes.note("agent", "", "next", 101 * minuteUs);
    expect(again.before(102 * minuteUs)).toEqual(half.before(102 * minuteUs));
    expect(half.before(102 * minuteUs)[0]).toBe(`agent ${"x".repeat(47)} → next, 1 min before`);
  });

  test("is followed of eight things at most, and remembered of eight", () => {
    const changes = new Changes();
    for (let policy = 0; policy < 20; policy += 1)
      for (const version of [...times(50, "1"), "2"]) changes.note("policy", `p${policy}`, version, 1);
    expect(changes.before(1)).toHaveLength(8);
    const writer = new ByteWriter();
    changes.pack(writer);
    expect(writer.length).toBeLessThan(1024);
  });
});

test("a finding carries it, of agent, service, model and policy, over states that were packed", () => {
  const of = (nth: number, version: string) => {
    const one = judgedWith(nth, {
      startedAtUs: builtAtUs + nth * minuteUs,
      attributes: { "gen_ai.agent.version": version, "service.version": "1", "gen_ai.request.model": "m" },
    });
    return { ...one, authority: { ...one.authority, policyId: "p", policyVersion: version } };
  };
  const log = Array.from({ length: 60 }, (_, nth) => of(nth, nth < 55 ? "1.0" : "1.1"));
  const whole = new Engine([loud()]).step(log);
  expect(whole.findings.at(54)?.changes).toEqual([]);
  expect(whole.findings.at(55)?.changes).toEqual([
    "policy p 1.0 → 1.1, less than a minute before",
    "agent 1.0 → 1.1, less than a minute before",
  ]);
  expect(whole.findings.at(59)?.changes).toEqual([
    "policy p 1.0 → 1.1, 4 min before",
    "agent 1.0 → 1.1, 4 min before",
  ]);
});
