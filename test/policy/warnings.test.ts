/** What a grant hardly can have meant is said, and nothing of a grant that is plain. */
import { expect, test } from "@jest/globals";
import { warningsOf } from "../../policy/warnings.ts";
import type { Grant } from "../../schemas/index.ts";
import { grantWith } from "../support/build.ts";
import { usOf } from "../support/policy.ts";

const nowUs = usOf("2026-03-02T12:00:00Z");
const seen = ["tickets.open", "tickets.close"];
const hours = { days: ["mon" as const], from: "09:00", until: "17:00", zone: "UTC" };
const plain: Partial<Grant> = { operations: ["tickets.*"], resources: ["crm/*"] };

test.each<{ name: string; parts: Partial<Grant>; what: string[] }>([
  { name: "a plain grant", parts: {}, what: [] },
  { name: "everything", parts: { operations: ["*"], resources: ["crm/*", "**"] }, what: ["everything"] },
  {
    name: "everything for a person to approve",
    parts: { operations: ["*"], resources: ["*"], ask: true },
    what: [],
  },
  {
    name: "everything in a session",
    parts: { operations: ["*"], resources: ["*"], conditions: { sessions: ["s"] } },
    what: [],
  },
  { name: "to everybody", parts: { grantee: "*" }, what: ["everybody"] },
  {
    name: "a window that ended now",
    parts: { window: { until: "2026-03-02T12:00:00Z" } },
    what: ["window_over"],
  },
  { name: "one that ends in a second", parts: { window: { until: "2026-03-02T12:00:01Z" } }, what: [] },
  {
    name: "a zone of nowhere",
    parts: { conditions: { hours: { ...hours, zone: "Berlin" } } },
    what: ["unknown_zone"],
  },
  {
    name: "an operation never seen",
    parts: { operations: ["tickets.*", "tikets.*"] },
    what: ["operation_unseen"],
  },
  { name: "a pattern with a trick in it", parts: { resources: ["crm/../*"] }, what: ["odd_name"] },
  { name: "a path of Windows", parts: { resources: ["C:\\data\\*"] }, what: [] },
  {
    name: "a step that it doesn't allow",
    parts: { conditions: { workflow: { steps: ["plan", "tickets.open"] } } },
    what: ["step_outside"],
  },
])("$name", ({ parts, what }) => {
  const warnings = warningsOf([grantWith({ ...plain, ...parts })], { nowUs, seen });
  expect(warnings.map((one) => one.what)).toEqual(what);
  for (const { message } of warnings) expect(message).toMatch(/^grant-1 /u);
});

test("nothing is said of operations where none were seen", () => {
  expect(warningsOf([grantWith({ ...plain, operations: ["tikets.*"] })], { nowUs })).toEqual([]);
});

test("a grant that is given twice", () => {
  const twice = warningsOf([grantWith(plain), grantWith(plain)], { nowUs });
  expect(twice.map(({ what }) => what)).toEqual(["given_twice"]);
});
