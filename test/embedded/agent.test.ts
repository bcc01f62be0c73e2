/**
 * Goal: from a real agent to a person who is told, over everything a user would install.
 * Method: an agent with OpenTelemetry's own SDK and exporter runs as a process; its work is looked at through the
 * command line, the store and a webhook's receiver.
 */
import { deepEqual } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import type { Chain, Finding } from "../../schemas/index.ts";
import { until } from "../support/poll.ts";
import { repositoryRoot } from "../support/repository.ts";
import { sql } from "../support/sql.ts";
import { notRecomputed } from "../support/stored.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { answerable, startUp, type Up } from "../support/up.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver.ts";

const grants = `grants:
  - id: triage-tickets
    grantee: agent:triage
    approver: user:ben@acme.example
    policy: { id: support-agents, version: "14" }
    operations: ["tickets.*", chat]
    resources: ["crm/*", "*-model"]
    window: { from: "2026-01-01T00:00:00Z" }
    approval: CHG-77
`;

const folder = tempFolder("agent");
const secret = `whsec_${randomBytes(32).toString("base64")}`;
let receiver: WebhookReceiver;
let up: Up;
let chainId: string;
let findings: readonly Finding[];

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  up = await startUp({
    dataDir: join(folder.path, "data"),
    env: { ANSWERABLE_WEBHOOK_URL: receiver.url, ANSWERABLE_WEBHOOK_SECRET: secret },
  });
  writeFileSync(join(folder.path, "grants.yaml"), grants);
  await verb(["apply", "-f", join(folder.path, "grants.yaml")]);
  const agent = await answerable([up.url], {}, join(repositoryRoot, "dist/test/support/agents/hijacked.js"));
  deepEqual([agent.err, agent.code], ["", 0]);
  chainId = agent.out;
  findings = JSON.parse(await verb(["findings", "--json"])) as Finding[];
}, 60_000);

afterAll(async () => {
  await up.stop();
  await receiver.stop();
  folder.remove();
});

/** Output of a verb that must succeed. */
async function verb(args: readonly string[]): Promise<string> {
  const { out, err, code } = await answerable([...args, "--url", up.url]);
  deepEqual([err, code], ["", 0]);
  return out;
}

test("what the agent did outside its grant is found, and nothing of what it may", () => {
  expect(findings.map(({ rule, severity, title }) => `${severity} ${rule}: ${title}`).toSorted()).toEqual([
    "high outside-grant: mail.send outside the scope of its grants",
    "high outside-grant: vault.kv.read outside the scope of its grants",
    "low patterns: read a secret and sent to where a tool's output told it to: secret read, then within 10m in the same session: outgoing with a value from a tool",
    "medium outside-grant: files.list outside the scope of its grants",
  ]);
  expect(new Set(findings.map((one) => one.episodeId)).size).toBe(1);
  expect(new Set(findings.map((one) => one.chainId))).toEqual(new Set([chainId]));
});

test("the chain is one row, with who began it, who approved and what was touched", async () => {
  const settings = { database: "answerable" };
  const row = await sql(
    up.clickhouseUrl,
    `SELECT * FROM v_chains WHERE chain_id = '${chainId}' FORMAT JSONEachRow`,
    settings,
  );
  expect(JSON.parse(row)).toMatchObject({
    tenant: "default",
    principal: "user:ana@acme.example",
    identities: ["agent:triage"],
    approvers: ["user:ben@acme.example"],
    grants: ["triage-tickets"],
  });
  expect(Number((JSON.parse(row) as { actions: string }).actions)).toBe(5);
});

test("the tree shows principal, delegates, actions, resources and findings below one another", async () => {
  const tree = (await verb(["chain", chainId])).split("\n");
  const depthOf = (text: string): number => {
    const line = tree.find((one) => one.includes(text));
    if (line === undefined) throw new Error(`${text} is not in the tree:\n${tree.join("\n")}`);
    return line.search(/[^\s│├└─]/u);
  };
  const path = [
    "approval CHG-77  (by user:ben@acme.example)",
    "grant triage-tickets",
    "principal user:ana@acme.example",
    "delegate agent:planner",
    "delegate agent:triage",
    "tool_call mail.send",
    "→ attacker@evil.example",
  ];
  const depths = path.map((text) => depthOf(text));
  expect(depths).toEqual(depths.map((_, at) => at * 3 + (depths[0] ?? 0)));
  expect(depthOf("⚠ mail.send outside the scope")).toBe(depthOf("→ attacker@evil.example"));
  expect(tree.join("\n")).toContain("grant triage-tickets  (policy support-agents v14)");
  expect(tree.join("\n")).toContain("(name came from tool:tickets.read)");
});

test("the same chain as JSON holds every link", async () => {
  const chain = JSON.parse(await verb(["chain", chainId, "--json"])) as Chain;
  const kinds = chain.links.map((one) => one.kind);
  expect(chain).toMatchObject({ id: chainId, tenant: "default" });
  expect(kinds.filter((kind) => kind === "action")).toHaveLength(5);
  expect(kinds.filter((kind) => kind === "finding")).toHaveLength(4);
  expect(
    chain.links.filter((one) => one.kind === "delegate").map((one) => `${one.parent} > ${one.id}`),
  ).toEqual(
    expect.arrayContaining(["user:ana@acme.example > agent:planner", "agent:planner > agent:triage"]),
  );
});

test("a finding is listed on one line and explained in full, and its SQL gives the same numbers", async () => {
  const secretRead = findings.find((one) => one.title.startsWith("vault.kv.read"));
  const list = await verb(["findings", "--severity", "high", "--identity", "agent:triage"]);
  expect(list.trimEnd().split("\n")).toHaveLength(2);
  expect(list).toContain(`${secretRead?.id.slice(0, 12) ?? "?"}  `);
  const text = await verb(["finding", secretRead?.id.slice(0, 8) ?? "?"]);
  expect(text).toMatch(
    /outcome +outside_scope\n +operation +vault\.kv\.read\n +closestGrant +triage-tickets/u,
  );
  expect(text).toContain(`    ${secretRead?.sql ?? "?"}`);
  expect(await notRecomputed(up.clickhouseUrl, findings)).toEqual([]);
});

test("the pager gets one signed message for the episode, although three findings belong to it", async () => {
  await until("the webhook came", () => receiver.delivered.length > 0);
  // Longer than the sender's next look into its outbox.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(receiver.delivered).toHaveLength(1);
  const [message] = receiver.delivered;
  const alert = new Webhook(secret).verify(message?.body ?? "", message?.headers ?? {}) as {
    type: string;
    data: Record<string, unknown>;
  };
  expect(alert).toMatchObject({
    type: "episode.opened",
    data: { identityId: "agent:triage", chainId, episodeId: findings[0]?.episodeId, rule: "outside-grant" },
  });
  expect(findings.map((one) => one.id)).toContain(alert.data["findingId"]);
  const alerts = await sql(up.clickhouseUrl, "SELECT count(), uniqExact(episode_id) FROM alerts FINAL", {
    database: "answerable",
  });
  expect(alerts).toMatch(/^[12]\t1$/u);
});
