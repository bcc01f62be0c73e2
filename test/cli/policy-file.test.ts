/** Several policy files are one, and what two of them say of one thing is a mistake of both. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { appliedText, suggestionYaml } from "../../detector/cli/policy-text.ts";
import { policyOf, readPolicy } from "../../detector/cli/policy-file.ts";
import { sinceInstant } from "../../detector/cli/since.ts";
import { tempFolder } from "../support/temp-folder.ts";

const folder = tempFolder("policy-file");
afterAll(() => folder.remove());

function file(name: string, text: string): string {
  const path = join(folder.path, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}
const grant = (id: string): string =>
  `grants:\n  - { id: ${id}, grantee: a, approver: b, policy: { id: p, version: "1" }, operations: [x] }\n`;

test("a folder is read by name, beside single files; only what is YAML or JSON", async () => {
  file("all/b.yml", grant("b"));
  file("all/a.yaml", grant("a"));
  file("all/c.json", '{"guard":{"ungranted":"deny"}}');
  file("all/readme.md", "not a policy");
  const policy = await readPolicy([join(folder.path, "all"), file("d.yaml", grant("d"))]);
  expect(policy.grants.map(({ id }) => id)).toEqual(["a", "b", "d"]);
  expect(policy.guard).toEqual({ ungranted: "deny", uncovered: "deny" });
});

test("one thing in two files is told with both", async () => {
  const [one, other] = [
    file("one.yaml", `${grant("g")}guard: {}\n`),
    file("other.yaml", `${grant("g")}guard: {}\n`),
  ];
  await expect(readPolicy([one, other])).rejects.toThrow(
    [
      `${other}: the grant g stands in ${one} too; one file must say it`,
      `${other}: guard stands in ${one} too; one file must say it`,
    ].join("\n"),
  );
});

test("mistakes of all files are told at once, and not without end", async () => {
  const bad = file("bad.yaml", `identities:\n${"  - { id: 1 }\n".repeat(100)}`);
  const worse = file("worse.yaml", "grnts: []\n");
  const lines = await readPolicy([worse, bad]).then(
    () => [],
    (error: unknown) => String(error).split("\n"),
  );
  expect(lines).toHaveLength(51);
  expect(lines[0]).toContain("worse.yaml, line 1, column 1: grnts is not known; did you mean grants?");
  expect(lines[1]).toContain(
    'bad.yaml, line 2, column 11: identities[0].id is 1; it must be text: put it in quotes, "1"',
  );
  expect(lines[50]).toBe("… and 51 more");
});

test.each([
  { path: "empty", says: /holds no file that ends in/u },
  { path: "nowhere.yaml", says: /nowhere\.yaml/u },
])("$path is told", async ({ path, says }) => {
  mkdirSync(join(folder.path, "empty"), { recursive: true });
  await expect(readPolicy([join(folder.path, path)])).rejects.toThrow(says);
});

test.each([
  { since: "7d", is: "2026-05-25T00:00:00.000Z" },
  { since: "30m", is: "2026-05-31T23:30:00.000Z" },
  { since: "999999d", is: "1970-01-01T00:00:00.000Z" },
  { since: "2026-02-03T00:00:00+01:00", is: "2026-02-02T23:00:00.000Z" },
])("--since $since", ({ since, is }) => {
  expect(sinceInstant(since, Date.parse("2026-06-01T00:00:00Z"))).toBe(is);
});

test("--since of no time", () => {
  expect(() => sinceInstant("last week", 0)).toThrow("--since is last week; it must be 30m");
});

test("what was given is told by its kinds", () => {
  const text = (kinds: Record<string, number>, unchanged: number): string =>
    appliedText({ given: 0, unchanged, kinds, warnings: [] });
  expect(text({ grant_given: 3 }, 0)).toBe("3 grants given\n");
  expect(text({}, 3)).toBe("0 grants given, 3 stood already\n");
  expect(text({ grant_given: 1, guard_set: 1, playbook_given: 2 }, 1)).toBe(
    "1 grants, 2 playbooks, guard given, 1 stood already\n",
  );
});

test("a suggestion lacks nothing but its approver, whatever the names in it are", () => {
  const nasty = 'a\n    approver: user:evil\n# "\u2028\u001b[2J: *x';
  const yaml = suggestionYaml(
    {
      identityId: nasty,
      actions: 1,
      grants: [
        {
          id: "s",
          grantee: nasty,
          policy: { id: "s", version: "1" },
          operations: [nasty, "    approver: null"],
          resources: [nasty],
          window: {},
          conditions: {},
          ask: false,
        },
      ],
      notes: [nasty],
    },
    "7d",
  );
  expect(policyOf(yaml, "s.yaml")).toEqual({
    ok: false,
    problems: [
      expect.stringMatching(
        /^s\.yaml, line \d+, column \d+: grants\[0\]\.approver is empty; it must be text$/u,
      ),
    ],
  });
  const filled = policyOf(yaml.replace("approver: # who approves this", "approver: user:ana"), "s.yaml");
  expect(filled).toMatchObject({
    ok: true,
    policy: {
      grants: [
        {
          grantee: nasty,
          approver: "user:ana",
          operations: [nasty, "    approver: null"],
          resources: [nasty],
        },
      ],
    },
  });
});
