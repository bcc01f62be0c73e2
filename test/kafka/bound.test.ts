/**
 * Goal: what a collector bound is believed down to the store, what a sender makes up is not, and a false claim is found.
 * Method: records as the Collector's Kafka exporter writes them, beside records with the same stamps that nobody bound, on a
 * real broker; then ClickHouse and the API are asked who did what, who was impersonated, and by whom.
 */
import { afterEach, expect, test } from "@jest/globals";
import { keyGroup } from "../../detector/decode/index.ts";
import { freePorts } from "../../detector/store/embedded/free-ports.ts";
import type { Finding } from "../../schemas/index.ts";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { produce, readAll } from "../support/kafka/records.ts";
import { until } from "../support/poll.ts";
import { runVerb, startRole, stopRoles } from "../support/roles.ts";
import { protoRequest, type ToolCall } from "../support/tool-calls.ts";

let installation: KafkaInstallation | undefined;
afterEach(async () => {
  await stopRoles();
  await installation?.drop();
  installation = undefined;
});

const mallory = "spiffe://acme.example/mallory";
const victim = "agent:payroll";
const proven = {
  "nhi.bound.id": mallory,
  "nhi.bound.kind": "workload",
  "nhi.bound.strength": "verified",
  "nhi.bound.rule": "proof",
  "nhi.bound.client": mallory,
};
const forged = { ...proven, "nhi.bound.contradicted": victim };
/** What somebody would stamp who would rather have it that another did it. */
const made = { ...forged, "nhi.bound.id": "agent:innocent", "nhi.bound.client": "agent:innocent" };

/** As the exporter writes them: the group as key and header, beside static headers. */
function record(identityId: string, calls: readonly ToolCall[], more: Readonly<Record<string, string>>) {
  const group = keyGroup("default", identityId);
  const headers = { "nhi-key-group": group, "nhi-key-groups": "1024", "nhi-tenant": "default", ...more };
  return { key: group, headers, value: protoRequest(calls) };
}
const fromCollector = { "nhi-bound": "1", "nhi-source": "edge-1" };

test("bound records are stored as they were bound, and a sender under another's name is found", async () => {
  installation = await kafkaInstallation({ partitions: 2 });
  const { brokers, topics, env, query } = installation;
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${String(port)}`;
  startRole("serve", { ...env, ANSWERABLE_HTTP_LISTEN: `127.0.0.1:${String(port)}` });
  startRole("process", env);
  startRole("detect", env);

  const honest = { identityId: mallory, more: proven };
  await produce(brokers, topics.spans, [
    record(
      mallory,
      [0, 1, 2].map((ordinal) => ({ ...honest, ordinal })),
      fromCollector,
    ),
    record(
      mallory,
      [3, 4].map((ordinal) => ({ identityId: victim, ordinal, more: forged })),
      fromCollector,
    ),
    record(
      "agent:triage",
      [
        {
          identityId: "agent:triage",
          ordinal: 5,
          more: {
            "nhi.bound.id": "agent:triage",
            "nhi.bound.kind": "ai_agent",
            "nhi.bound.strength": "claimed",
            "nhi.bound.rule": "nhi",
          },
        },
      ],
      fromCollector,
    ),
    // Into the topic itself, and by way of `process`: nobody has bound these.
    record("agent:liar", [{ identityId: "agent:liar", ordinal: 6, more: made }], { "nhi-source": "edge-1" }),
  ]);
  await produce(brokers, topics.raw, [
    { value: protoRequest([{ identityId: "agent:liar", ordinal: 7, more: made }]), headers: fromCollector },
  ]);
  await until(
    "all spans are stored",
    async () => {
      const [row] = await query<{ n: number }>("SELECT count() AS n FROM v_actions");
      return row?.n === 8;
    },
    60_000,
  );

  const mine = { identity_kind: "workload", strength: "verified", identity_rule: "proof", source: mallory };
  const client = { "nhi.bound.client": mallory };
  const contradicted = { ...client, "nhi.bound.contradicted": victim };
  const theirs = { identity_kind: "ai_agent", strength: "claimed", identity_rule: "nhi", attributes: {} };
  expect(
    await query(
      "SELECT identity_id, identity_kind, strength, identity_rule, source, path, attributes FROM v_actions ORDER BY started_at",
    ),
  ).toEqual([
    ...[0, 1, 2].map(() => ({ ...mine, identity_id: mallory, path: [mallory], attributes: client })),
    ...[3, 4].map(() => ({ ...mine, identity_id: mallory, path: [mallory], attributes: contradicted })),
    { ...theirs, identity_id: "agent:triage", source: "edge-1", path: ["agent:triage"] },
    { ...theirs, identity_id: "agent:liar", source: "edge-1", path: ["agent:liar"] },
    { ...theirs, identity_id: "agent:liar", source: "", path: ["agent:liar"] },
  ]);

  const found = await query<{ identity_id: string; finding_id: string; sql: string; why: string }>(
    "SELECT identity_id, finding_id, severity, title, why, sql, action_ids FROM v_findings WHERE rule = 'forged-identity'",
  );
  expect(found).toEqual([
    expect.objectContaining({
      identity_id: mallory,
      severity: "high",
      title: `claimed to be ${victim}, for whom it may not speak`,
    }),
  ]);
  const [{ finding_id: id, sql, why } = { finding_id: "", sql: "", why: "" }] = found;
  expect(JSON.parse(why)).toEqual({
    claimed: victim,
    sender: mallory,
    strength: "verified",
    operation: "read_file",
    actions: 3,
    activeDays: 1,
  });
  expect(await query(sql)).toEqual([JSON.parse(why)]);

  // Asked from the victim's side: by whom, and by which actions.
  expect(
    await query(
      `SELECT identity_id, sender, finding_id FROM v_forged_identities WHERE claimed_id = '${victim}'`,
    ),
  ).toEqual([{ identity_id: mallory, sender: mallory, finding_id: id }]);
  expect(
    await query(
      `SELECT identity_id, count() AS actions FROM v_actions WHERE tenant = 'default' AND has(signals, 'forged-identity/contradicted') AND attributes['nhi.bound.contradicted'] = '${victim}' GROUP BY identity_id`,
    ),
  ).toEqual([{ identity_id: mallory, actions: 2 }]);
  expect(await query("SELECT action_id FROM v_actions WHERE identity_id = 'agent:payroll'")).toEqual([]);
  expect(await query("SELECT 1 FROM v_findings WHERE identity_id = 'agent:innocent'")).toEqual([]);

  await until(
    "serve answers",
    () =>
      fetch(`${url}/readyz`)
        .then((answer) => answer.ok)
        .catch(() => false),
    30_000,
  );
  const printed = await runVerb(["finding", id, "--url", url], env);
  expect(printed).toMatchObject({ code: 0 });
  expect(printed.out).toContain(
    `high · forged-identity v1 · claimed to be ${victim}, for whom it may not speak`,
  );
  expect(printed.out).toContain(`identity  ${mallory}`);
  const answered = (await (
    await fetch(`${url}/v1/findings?identity=${encodeURIComponent(mallory)}`)
  ).json()) as {
    findings: Finding[];
  };
  expect(answered.findings.map((one) => one.rule)).toContain("forged-identity");
  expect(await readAll(brokers, topics.deadLetters)).toEqual([]);
}, 120_000);
