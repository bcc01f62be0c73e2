/**
 * Goal: a running service explains its findings, over HTTP and in a terminal, whatever names it was sent, and each tenant's alone.
 * Method: an installation of two tenants is sent a session under names that a terminal or a query would obey.
 */
import { equal } from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Baseline, Explanation, type Finding } from "../../schemas/index.ts";
import { ask, post, requestOfSpans, spanOf } from "../support/spans.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { answerable, startUp, type Up } from "../support/up.ts";

const tokens = { acme: "token-of-acme", umbrella: "token-of-umbrella", sender: "token-of-sender" };
const client = (name: keyof typeof tokens, tenant: string, may: string): string =>
  `    - { name: ${name}, tenant: ${tenant}, tokenSha256: "${createHash("sha256").update(tokens[name]).digest("hex")}", identities: ["*"], may: [${may}] }`;

const identity = "agent:o'brien\\ {before} \u001B[2J\u202E";
const by = (name: keyof typeof tokens) => ({ headers: { authorization: `Bearer ${tokens[name]}` } });

const folder = tempFolder("why");
let up: Up;
let finding: Finding;
beforeAll(async () => {
  const config = join(folder.path, "answerable.yaml");
  const clients = [
    client("acme", "acme", "send, read"),
    client("umbrella", "umbrella", "send, read"),
    client("sender", "acme", "send"),
  ];
  writeFileSync(config, `http:\n  clients:\n${clients.join("\n")}\n`);
  up = await startUp({ dataDir: join(folder.path, "data"), env: { ANSWERABLE_CONFIG: config } });
  const spans = ["read", "pay", "leave"].map((name, nth) =>
    spanOf(
      {
        "nhi.identity.id": identity,
        "nhi.action.name": `${name}'\u001B[31m`,
        "nhi.resource.id": "a\\'\nb",
        "nhi.session.id": "s'\u2066",
      },
      { startTimeUnixNano: `177236280000000000${nth}`, endTimeUnixNano: `177236280000000000${nth}` },
    ),
  );
  equal((await post(up.url, requestOfSpans(...spans), by("acme").headers)).text, "{}");
  const { json } = await ask(up.url, "/v1/findings", by("acme"));
  finding = (json as { findings: Finding[] }).findings.find(({ rule }) => rule === "no-grant")!;
}, 60_000);
afterAll(async () => {
  await up.stop();
  folder.remove();
});

test("HTTP gives an explanation and a baseline of the form of the contract", async () => {
  const why = await ask(up.url, `/v1/findings/${finding.id.slice(0, 12)}/why`, by("acme"));
  const { explanation } = why.json as { explanation: unknown };
  expect(Explanation.parse(explanation)).toMatchObject({
    finding: { id: finding.id },
    cited: 1,
    sessionActions: 3,
    recount: { isEqual: true, problem: "" },
  });
  const known = await ask(up.url, `/v1/identities/${encodeURIComponent(identity)}`, by("acme"));
  const { baseline } = known.json as { baseline: unknown };
  expect(Baseline.parse(baseline)).toMatchObject({ identityId: identity, actions: 3, gateOpen: false });
});

test("another tenant finds nothing, and who may only send is refused", async () => {
  for (const path of [`/v1/findings/${finding.id}/why`, `/v1/identities/${encodeURIComponent(identity)}`]) {
    expect((await ask(up.url, path, by("umbrella"))).status).toBe(404);
    expect((await ask(up.url, path, by("sender"))).status).toBe(403);
  }
});

test("a terminal shows both, and obeys nothing in them", async () => {
  const env = { ANSWERABLE_TOKEN: tokens.acme };
  const run = async (...args: readonly string[]): Promise<string> => {
    const { out, err, code } = await answerable([...args, "--url", up.url], env);
    expect({ err, code }).toEqual({ err: "", code: 0 });
    expect(out).not.toMatch(/[^\P{C}\n]/u);
    return out;
  };
  const why = await run("finding", finding.id, "--why");
  expect(why).toContain("  run now, that query gives the same numbers\n");
  expect(why).toMatch(/^ {2}▶ {4}1 {2}\d\d:\d\d:\d\d {2}\S+ read'·\[31m → a/mu);
  expect(Explanation.parse(JSON.parse(await run("finding", finding.id, "--why", "--json")))).toBeDefined();
  expect(await run("identity", identity)).toContain("too little for findings of behaviour yet");
  expect(Baseline.parse(JSON.parse(await run("identity", identity, "--json")))).toBeDefined();
});
