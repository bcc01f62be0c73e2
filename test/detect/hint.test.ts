import { expect, test } from "@jest/globals";
import { detectors } from "../../detector/detect/index.ts";
import { agreedSeverity } from "../../detector/detect/severity.ts";
import { episodeTitle } from "../../detector/detect/episode-title.ts";
import type { Judged } from "../support/stepped.ts";
import { builtAtUs, judgedWith } from "../support/build.ts";
import { stepped } from "../support/stepped.ts";

const outside = (
  parts: Partial<Judged["action"]>,
  outcome: Judged["authority"]["outcome"],
  nth = 0,
): Judged => {
  const one = judgedWith(nth, { operation: "db.drop", startedAtUs: builtAtUs + nth * 1e6, ...parts });
  return { ...one, authority: { ...one.authority, outcome, grantId: "g" } };
};
const named = (origin: string) => ({ mutating: true, resources: [{ id: "x", kind: "db", origin }] });

test.each([
  { name: "no grant covers it", log: [outside({}, "outside_scope")], hint: "abuse" },
  { name: "its grants cover it, elsewhere", log: [outside({}, "wrong_network")], hint: "misconfiguration" },
  {
    name: "elsewhere, and named by a tool's output, twice over",
    log: [
      outside(
        { ...named("tool:mail.read"), attributes: { "nhi.args.instructed": '["to"]' } },
        "wrong_network",
      ),
    ],
    hint: "abuse",
  },
  {
    name: "it fails again and again",
    log: Array.from({ length: 6 }, (_, nth) =>
      outside({ status: "error", sessionId: `s${nth}` }, "outside_scope", nth),
    ),
    hint: "misconfiguration",
  },
  { name: "nobody granted it anything", log: [outside({}, "no_grant")], hint: "misconfiguration" },
])("$name: $hint", ({ log, hint }) => {
  const last = stepped(log, detectors).findings.findLast(({ rule }) => rule.endsWith("-grant"));
  expect(last?.hint).toBe(hint);
  expect(last?.hintWhy.some((one) => one.startsWith(`${hint}: `))).toBe(true);
});

test("critical needs two kinds of evidence, but for what people decided", () => {
  expect(agreedSeverity("critical", ["novelty"], ["novelty"])).toBe("high");
  expect(agreedSeverity("critical", ["novelty"], ["lineage"])).toBe("critical");
  expect(agreedSeverity("critical", ["authority"], [])).toBe("critical");
  expect(agreedSeverity("medium", ["novelty"], [])).toBe("medium");
});

test("an episode's title says who, what and towards what", () => {
  const { alerts } = stepped([outside(named("prompt"), "outside_scope")], detectors);
  expect(alerts[0]?.data.title).toBe("agent:triage used db.drop on x beyond its grants");
  expect(episodeTitle("a", "read a secret", "sent it")).toBe("a read a secret, then sent it");
  expect(episodeTitle("i".repeat(600), "", "d".repeat(600)).length).toBeLessThanOrEqual(512);
});
