/**
 * Goal: what an agent does is answerable after the whole way: SDK, gateway, Kafka, detector, ClickHouse.
 * Method: an agent and a detector as processes of their own, the real servers between them, and sums at each station.
 */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  builtCollector,
  type RunningCollector,
  startAnswerableCollector,
  stopCollectors,
} from "../support/collector.ts";
import { auditTopic, type TopicAudit } from "../support/gateway/topic-audit.ts";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { ends } from "../support/kafka/records.ts";
import { until } from "../support/poll.ts";
import { repositoryRoot } from "../support/repository.ts";
import { startRole, stopRoles } from "../support/roles.ts";
import { protoRequest } from "../support/tool-calls.ts";
import { answerable } from "../support/up.ts";

let installation: KafkaInstallation;
let collector: RunningCollector;
/** What the agent says that it has sent. */
let told: { readonly taken: number; readonly sent: number };
let topic: TopicAudit;
const others = 500;
const otherIdentities = 120;

beforeAll(async () => {
  await builtCollector();
  installation = await kafkaInstallation({ partitions: 4 });
  const { brokers, topics, env } = installation;
  collector = await startAnswerableCollector({
    config: "gateway",
    env: { ANSWERABLE_KAFKA_BROKERS: brokers.join(","), ANSWERABLE_KAFKA_TOPIC: topics.spans },
  });
  startRole("detect", env);
  const agent = join(repositoryRoot, "dist/test/support/agents/gateway-agent.js");
  const said = await answerable(
    [agent],
    { ANSWERABLE_ENDPOINT: collector.httpUrl, ANSWERABLE_IDENTITY: "agent:gateway" },
    "--import=answerable/register",
  );
  if (said.code !== 0 || said.err !== "")
    throw new Error(`the agent ended with ${String(said.code)}: ${said.err}`);
  told = JSON.parse(said.out) as typeof told;
  const calls = Array.from({ length: others }, (_, ordinal) => ({
    identityId: `agent:other-${String(ordinal % otherIdentities)}`,
    ordinal,
    startMs: Date.now(),
  }));
  const status = await collector.send(protoRequest(calls));
  if (status !== 200) throw new Error(`the collector answered ${String(status)}`);
  await until("records are in Kafka", async () =>
    [...(await ends(brokers, topics.spans)).values()].some((end) => end > 0),
  );
  topic = await until("all is in Kafka", async () => {
    const read = await auditTopic(brokers, topics.spans);
    return read.spans.size >= told.sent + others && read;
  });
}, 600_000);

afterAll(async () => {
  await stopCollectors();
  await stopRoles();
  await installation.drop();
});

test("every record holds one key group, and says so, its tenant and its source in its key and headers", () => {
  expect(told.sent).toBeGreaterThanOrEqual(6);
  expect(told.sent).toBe(told.taken);
  expect(topic.wrong).toEqual([]);
  expect(topic.duplicates).toBe(0);
  expect(topic.spans.size).toBe(told.sent + others);
  expect(topic.identities.size).toBe(otherIdentities + 1);
  expect(topic.records).toBeGreaterThan(50);
});

test("the detector accounts for each span that was sent, and stores each action once", async () => {
  const { query } = installation;
  const sum = await until("all spans are accounted for", async () => {
    const [row] = await query<{
      spans: number;
      held: number;
      actions: number;
      duplicates: number;
      none: number;
      dead: number;
    }>(
      "SELECT sum(v.spans) AS spans, sum(v.held) AS held, sum(v.actions) AS actions, sum(v.duplicates) AS duplicates, sum(v.no_action) AS none, sum(v.dead_lettered) AS dead FROM v_audit AS v",
    );
    return row !== undefined && row.spans >= told.sent + others && row.held === 0 && row;
  });
  process.stdout.write(
    `sent ${String(told.sent)} by the SDK and ${String(others)} beside it; in Kafka ${String(topic.spans.size)} in ${String(topic.records)} records; stored ${JSON.stringify(sum)}\n`,
  );
  expect(sum).toMatchObject({ spans: told.sent + others, duplicates: 0, dead: 0 });
  expect(sum.actions + sum.none).toBe(told.sent + others);
  const [rows] = await query("SELECT count() AS rows, uniqExact(action_id) AS ids FROM actions");
  expect(rows).toEqual({ rows: sum.actions, ids: sum.actions });
});

test("each action says who did what for whom, from the person to the resource", async () => {
  const actions = await installation.query<Record<string, unknown>>(
    "SELECT identity_kind, strength, path, task_id, kind, operation, resource_id, mutating FROM v_actions WHERE identity_id = 'agent:gateway' AND phase = 'end' ORDER BY path, operation",
  );
  const of = (person: string): readonly unknown[] => {
    const one = (kind: string, operation: string, resource: unknown, mutating = false) =>
      expect.objectContaining({
        identity_kind: "ai_agent",
        strength: "claimed",
        path: [person, "agent:gateway"],
        task_id: `ticket-of-${person}`,
        kind,
        operation,
        resource_id: resource,
        mutating,
      });
    return [
      one("resource_access", "http.get", expect.stringMatching(/127\.0\.0\.1/u)),
      one("tool_call", "mail.send", "eve@evil.example", true),
      one("tool_call", "orders.read", "shop/orders/7"),
      one("secret_read", "vault.kv.read", "kv/prod/mail"),
    ];
  };
  expect(actions).toEqual([...of("user:ana@acme.example"), ...of("user:ben@acme.example")]);
  const chains = await installation.query(
    "SELECT principal, identities FROM v_chains WHERE has(identities, 'agent:gateway') ORDER BY principal",
  );
  expect(chains).toEqual([
    { principal: "user:ana@acme.example", identities: ["agent:gateway"] },
    { principal: "user:ben@acme.example", identities: ["agent:gateway"] },
  ]);
});

test("a finding names the agent, and its SQL gives the actions that it cites", async () => {
  const findings = await until("a finding", async () => {
    const found = await installation.query<{ rule: string; action_ids: readonly string[] }>(
      "SELECT rule, action_ids FROM findings WHERE identity_id = 'agent:gateway' AND rule = 'no-grant'",
    );
    return found.length > 0 && found;
  });
  const cited = findings.flatMap(({ action_ids }) => action_ids);
  const known = await installation.query<{ id: string }>(
    "SELECT action_id AS id FROM v_actions WHERE identity_id = 'agent:gateway'",
  );
  expect(cited.length).toBeGreaterThan(0);
  expect(cited.filter((id) => !known.some((one) => one.id === id))).toEqual([]);
});

test("what a secret's reader was given is in no record and no row", async () => {
  const rows = await installation.query("SELECT * FROM v_actions");
  expect(rows.length).toBeGreaterThan(others);
  expect(JSON.stringify(rows)).not.toContain("s3cr3t-of");
});
