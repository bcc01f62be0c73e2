/** Goal: whoever writes a policy file wrongly hears where, what is allowed there, and what was probably meant, all at once. */
import { describe, expect, test } from "@jest/globals";
import { policyOf } from "../../detector/cli/policy-file.ts";

const grant = (parts: string): string =>
  `grants:\n  - { id: g, grantee: "agent:a", approver: "user:b", policy: { id: p, version: "1" }, operations: [a]${parts} }\n`;
const conditions = (parts: string): string => grant(`,\n      conditions: { ${parts} }`);
const playbook = (parts: string): string => `playbooks:\n  - id: p\n    ${parts.split("|").join("\n    ")}\n`;

const problemsOf = (yaml: string): readonly string[] => {
  const read = policyOf(yaml, "p.yaml");
  return read.ok ? [] : read.problems;
};

/** Each file, and what is said of it: line:column and the sentence. */
const wrong: readonly (readonly [yaml: string, ...says: (readonly [place: string, sentence: string])[]])[] = [
  ["", ["1:1", "the file is empty; it must be a group of grants, playbooks, safeguards, guard, identities"]],
  [
    "- a\n",
    ["1:1", "the file is a list; it must be a group of grants, playbooks, safeguards, guard, identities"],
  ],
  [
    "hello\n",
    ["1:1", 'the file is "hello"; it must be a group of grants, playbooks, safeguards, guard, identities'],
  ],
  [
    "grants: []\n",
    [
      "1:1",
      "the file decides nothing; it must hold some of grants, playbooks, safeguards, guard, identities",
    ],
  ],
  ["grnts: []\n", ["1:1", "grnts is not known; did you mean grants?"]],
  [
    "colour: red\n",
    ["1:1", "colour is not known; allowed here are grants, playbooks, safeguards, guard, identities"],
  ],
  ["grants: agent\n", ["1:9", 'grants is "agent"; it must be a list']],
  ["grants:\n", ["1:8", "grants is empty; it must be a list"]],
  [
    "grants:\n  - id: g\n    grantee: a\n    aprover: user:b\n    policy: { id: p, version: '1' }\n    operations: [a]\n",
    ["4:5", "grants[0].aprover is not known; did you mean approver?"],
  ],
  [
    "grants:\n  - id: g\n    grantee: a\n    approver:\n    policy: { id: p, version: '1' }\n    operations: [a]\n",
    ["4:14", "grants[0].approver is empty; it must be text"],
  ],
  [
    "grants:\n  - id: g\n    grantee: a\n    policy: { id: p }\n",
    ["2:5", "grants[0].approver is missing; it must be text"],
    ["2:5", "grants[0].operations is missing; it must be a list"],
    ["4:13", "grants[0].policy.version is missing; it must be text"],
  ],
  [grant(", ask: 'yes'"), ["2:109", 'grants[0].ask is "yes"; it must be true or false']],
  [
    grant(",\n      resources: [5]"),
    ["3:19", 'grants[0].resources[0] is 5; it must be text: put it in quotes, "5"'],
  ],
  [
    grant(",\n      resources: []"),
    ["3:18", "grants[0].resources is an empty list; it must be a list of at least 1 entry"],
  ],
  [
    grant(",\n      resources: ['']"),
    ["3:19", 'grants[0].resources[0] is ""; it must be text of at least 1 character'],
  ],
  [
    grant(`,\n      approval: ${"x".repeat(257)}`),
    ["3:17", `grants[0].approval is "${"x".repeat(79)}…; it must be text of at most 256 characters`],
  ],
  [
    grant(",\n      window: { until: 2026-12-31 }"),
    [
      "3:24",
      'grants[0].window.until is "2026-12-31"; it must be an instant with its offset, such as 2026-12-31T00:00:00Z',
    ],
  ],
  [
    grant(",\n      window: { from: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z' }"),
    ["3:15", "grants[0].window is wrong: window.from must lie before window.until"],
  ],
  [
    conditions("hours: { days: [mon], from: '9:00', until: '17:00' }"),
    ["3:49", 'grants[0].conditions.hours.from is "9:00"; it must be a time of day such as 09:30'],
  ],
  [
    conditions("hours: { days: [mond], from: '09:00', until: '17:00' }"),
    [
      "3:37",
      'grants[0].conditions.hours.days[0] is "mond"; did you mean mon? It must be one of mon, tue, wed, thu, fri, sat, sun',
    ],
  ],
  [
    conditions("networks: [10.0.0]"),
    [
      "3:32",
      'grants[0].conditions.networks[0] is "10.0.0"; it must be an address or a block of addresses, such as 10.2.0.0/16',
    ],
  ],
  [
    conditions("enviroments: [production]"),
    ["3:21", "grants[0].conditions.enviroments is not known; did you mean environments?"],
  ],
  [
    conditions("rate: { max: 0, per: 1m }"),
    ["3:34", "grants[0].conditions.rate.max is 0; it must be at least 1"],
  ],
  [
    conditions("rate: { max: 1.5, per: 1m }"),
    ["3:34", "grants[0].conditions.rate.max is 1.5; it must be a whole number"],
  ],
  [
    conditions("rate: { max: 10, per: 1 minute }"),
    [
      "3:43",
      'grants[0].conditions.rate.per is "1 minute"; it must be a number and its unit: 500ms, 30s, 15m, 8h or 90d',
    ],
  ],
  [
    conditions("credential: { age_max: 15m }"),
    ["3:35", "grants[0].conditions.credential.age_max is not known; did you mean ageMax?"],
  ],
  [
    conditions("delegation: { roots: ['user:*'] }"),
    ["3:33", "grants[0].conditions.delegation.depthMax is missing; it must be a number"],
  ],
  [
    conditions("retries: { max: 20000 }"),
    ["3:37", "grants[0].conditions.retries.max is 20000; it must be at most 10000"],
  ],
  [
    conditions("task: CHG-7"),
    ["3:27", 'grants[0].conditions.task is "CHG-7"; it must be a group of id, kind'],
  ],
  [
    playbook("on: { rules: [outside-grant] }|do: pauze"),
    [
      "4:9",
      'playbooks[0].do is "pauze"; did you mean pause? It must be one of watch, pause, revoke, require_approval, shrink_grant',
    ],
  ],
  [
    playbook("on: { rules: [x], minSeverity: hight }|do: watch"),
    [
      "3:36",
      'playbooks[0].on.minSeverity is "hight"; did you mean high? It must be one of info, low, medium, high, critical',
    ],
  ],
  [
    playbook("when: { rules: [x] }|do: watch|on: { rules: [x] }"),
    ["3:5", "playbooks[0].when is not known; allowed here are id, on, do, of, for, dryRun"],
  ],
  [
    playbook("on: { rules: [x] }|do: watch|dry_run: true"),
    ["5:5", "playbooks[0].dry_run is not known; did you mean dryRun?"],
  ],
  [
    "guard: { ungranted: block }\n",
    ["1:21", 'guard.ungranted is "block"; it must be one of allow, ask, deny'],
  ],
  [
    "safeguards: { blastRadius: { max: -1, per: 1h } }\n",
    ["1:35", "safeguards.blastRadius.max is -1; it must be at least 0"],
  ],
  ["identities:\n  - { id: a, owner: [b] }\n", ["2:21", "identities[0].owner is a list; it must be text"]],
  [
    "identities:\n  - { id: a }\n  - { id: a }\n",
    ["3:11", 'identities[1].id is "a", as that of identities[0]; each needs its own'],
  ],
  // What stands in another place than it is used is placed where it stands.
  [
    "identities:\n  - &one { id: a, ownr: b }\n  - *one\n",
    ["2:19", "identities[0].ownr is not known; did you mean owner?"],
    ["2:19", "identities[1].ownr is not known; did you mean owner?"],
  ],
  // Mistakes of form, all of them.
  ['guard: { ungranted: "ask }\n', ["2:1", "a closing quote, bracket or colon is missing"]],
  ["guard:\n\tungranted: ask\n", ["2:1", "indentation must be spaces, not tabs"]],
  [
    "guard: {}\nguard: {}\nidentities: []\nidentities: []\n",
    ["2:1", "this key is already there"],
    ["4:1", "this key is already there"],
  ],
  ["grants: [\n", ["2:1", "the indentation does not fit"]],
];

describe("a wrong file is told with line, column and what is allowed", () => {
  test.each(wrong)("%j", (yaml, ...says) => {
    expect(problemsOf(yaml)).toEqual(
      says.map(([place, sentence]) => `p.yaml, line ${place.replace(":", ", column ")}: ${sentence}`),
    );
  });
});

test("an alias without its anchor, and aliases without end", () => {
  const many = ["a: &a [x, x, x, x, x, x, x, x, x]"];
  for (const [from, to] of ["ab", "bc", "cd", "de", "ef"].map((pair) => pair.split("")))
    many.push(`${to ?? ""}: &${to ?? ""} [${Array.from({ length: 9 }, () => `*${from ?? ""}`).join(", ")}]`);
  for (const yaml of ["grants: *nobody\n", many.join("\n")])
    expect(problemsOf(yaml)[0]).toMatch(/p\.yaml.*(?:alias|not valid YAML)/u);
});

test("a file without mistakes has what it leaves out", () => {
  const read = policyOf("guard: { ungranted: deny }\n", "p.yaml");
  expect(read).toEqual({
    ok: true,
    policy: { grants: [], playbooks: [], identities: [], guard: { ungranted: "deny", uncovered: "deny" } },
  });
});
