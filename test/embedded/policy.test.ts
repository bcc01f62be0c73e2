/**
 * Goal: a policy as somebody writes it: checked, tried on what happened, given, found in force, and suggested where there is none.
 * Method: the program as a user runs it, with the recorded runs of the demo.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { until } from "../support/poll.ts";
import { sql } from "../support/sql.ts";
import { sample, sampleGrants } from "../support/stored.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { answerable, type Said, startUp, type Up } from "../support/up.ts";

const folder = tempFolder("policy");
const since = ["--since", "2020-01-01T00:00:00Z"];
let up: Up;
const verb = (...args: string[]): Promise<Said> => answerable([...args, "--url", up.url]);

function file(name: string, text: string): string {
  writeFileSync(join(folder.path, name), text);
  return join(folder.path, name);
}
const banking = (version: string, operations: string): string =>
  `grants:
  - id: banking-assistant
    grantee: agent:banking
    approver: user:emma.johnson@bluesparrowtech.com
    policy: { id: office-agents, version: "${version}" }
    operations: [${operations}]
    window: { from: "2026-01-01T00:00:00Z" }
`;

beforeAll(async () => {
  up = await startUp({ dataDir: join(folder.path, "data") });
  const replayed = await verbTo("replay", sample, "--to", `${up.url}/v1/traces`);
  if (replayed.code !== 0) throw new Error(replayed.err);
  await until("all is stored", async () => {
    const count = await sql(up.clickhouseUrl, "SELECT count() FROM answerable.v_actions");
    return Number(count) > 4000;
  });
}, 120_000);
afterAll(async () => {
  await up.stop();
  folder.remove();
});
const verbTo = (...args: string[]): Promise<Said> => answerable(args, {}, undefined, 60_000);

test("nobody granted anything: coverage says so, the view as well", async () => {
  const { out } = await verb("coverage", ...since);
  expect(out).toMatch(/^agent:slack \(ai_agent\): no grant of 2231 actions\n {6,}\d+ {2}no_grant {2}\w+/mu);
  const view = await sql(
    up.clickhouseUrl,
    "SELECT identity_id, all_actions, granted, ungranted, share FROM answerable.v_coverage ORDER BY identity_id",
  );
  expect(view.split("\n")).toEqual([
    "agent:banking\t693\t0\t693\t0",
    "agent:slack\t2231\t0\t2231\t0",
    "agent:workspace\t1296\t0\t1296\t0",
  ]);
});

test("what is suggested can't be given without an approver, and would have covered everything", async () => {
  const suggested = await verb("grants", "suggest", "--identity", "agent:slack", ...since);
  expect(suggested).toMatchObject({ err: "", code: 0 });
  const raw = await verb("apply", "-f", file("raw.yaml", suggested.out));
  expect(raw.err).toMatch(
    /raw\.yaml, line \d+, column \d+: grants\[0\]\.approver is empty; it must be text\n/u,
  );
  const path = file(
    "suggested.yaml",
    suggested.out.replaceAll("approver: # who approves this", "approver: user:ana"),
  );
  const tested = await verb("policy", "test", "-f", path, ...since, "--json");
  const { changes, judged } = JSON.parse(tested.out) as {
    judged: number;
    changes: { identityId: string; before: string; after: string }[];
  };
  expect(judged).toBe(2231);
  expect(new Set(changes.map(({ identityId, before, after }) => `${identityId} ${before} ${after}`))).toEqual(
    new Set(["agent:slack no_grant granted"]),
  );
});

test("a policy is given, found in force, tried anew, replaced, and not set back", async () => {
  const first = await verb(
    "apply",
    "-f",
    sampleGrants,
    "-f",
    file("guard.yaml", "guard: { ungranted: ask }\n"),
  );
  expect(first.out).toBe("3 grants, guard given\n");
  expect((await verb("apply", "-f", sampleGrants)).out).toBe("0 grants given, 3 stood already\n");
  const narrow = file("narrow.yaml", banking("4", "chat, 'get_*', read_file"));
  // Nothing was granted when all this happened, so that asked is what a guard would have said.
  const tested = await verb("policy", "test", "-f", narrow, ...since, "--fail-on-change");
  expect(tested.out).toMatch(
    /agent:banking {2}send_money +ask → deny +no_grant → outside_scope +50 +[0-9a-f]{32}/u,
  );
  expect(tested.out).toMatch(/^693 actions since 2020-01-01T00:00:00Z judged .* 0 no longer allowed/mu);
  expect(tested.code).toBe(0);
  expect((await verb("apply", "-f", narrow, "--if-version", "office-agents@4")).err).toBe(
    "of policy office-agents version 4 should stand, but 3 does; nothing was given\n",
  );
  expect((await verb("apply", "-f", narrow, "--if-version", "office-agents@3")).out).toBe("1 grants given\n");
  const back = await verb("apply", "-f", sampleGrants);
  expect(back).toMatchObject({ out: "", code: 1 });
  expect(back.err).toMatch(
    /^grant banking-assistant has version 3 of office-agents, and version 4 stands; nothing was given/u,
  );
  expect((await verb("apply", "-f", sampleGrants, "--force")).out).toBe("1 grants given, 2 stood already\n");
  const { out } = await verb("grants", "--history", "banking-assistant");
  expect(
    out.split("\n").map((line) => /given by local {2}policy office-agents v\d/u.exec(line)?.[0]),
  ).toEqual(
    [3, 4, 3]
      .map((version) => `given by local  policy office-agents v${String(version)}`)
      .concat([undefined as never]),
  );
  const shown = file("shown.yaml", (await verb("policy", "show")).out);
  expect((await verb("apply", "-f", shown)).out).toBe("0 grants given, 4 stood already\n");
});

test("of two that give at once, each is whole and one is the last", async () => {
  const files = ["10", "11", "12", "13"].map((version) => file(`v${version}.yaml`, banking(version, "chat")));
  const said = await Promise.all(files.map((path) => verb("apply", "-f", path)));
  for (const { out, err } of said)
    expect(out + err).toMatch(/^(?:1 grants given|grant banking-assistant has version)/u);
  expect((await verb("policy", "show")).out).toContain('version: "13"');
});

test("what would match nothing or everything is given, and warned about", async () => {
  const odd = file(
    "odd.yaml",
    `grants:
  - { id: nobody, grantee: "agent:bankng", approver: a, policy: { id: o, version: "1" }, operations: [chat] }
  - { id: all, grantee: "agent:slack", approver: a, policy: { id: o, version: "1" }, operations: ["*"] }
`,
  );
  const { out, err, code } = await verb("apply", "-f", odd);
  expect({ out, code }).toEqual({ out: "2 grants given\n", code: 0 });
  expect(err.split("\n")).toEqual([
    "warning: grant nobody: no identity that was ever seen is agent:bankng",
    "warning: grant all: operations and resources are both * without a condition, so it covers everything",
    "",
  ]);
});

test("the service refuses what the command line would", async () => {
  const response = await fetch(`${up.url}/v1/policy`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ guard: { ungranted: "dney" } }),
  });
  expect({ status: response.status, json: await response.json() }).toEqual({
    status: 400,
    json: { error: 'guard.ungranted is "dney"; it must be one of allow, ask, deny' },
  });
});
