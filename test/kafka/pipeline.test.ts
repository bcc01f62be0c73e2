/**
 * Goal: what goes into the raw topic is in ClickHouse exactly once, by way of records that hold one key group each.
 * Method: the roles as processes of their own on a real broker and a real store, looked at from outside.
 */
import { afterEach, describe, expect, test } from "@jest/globals";
import { keyGroup, murmur2 } from "../../detector/decode/index.ts";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { javaPartitions } from "../support/kafka/java-partitions.ts";
import { produce, readAll, type ReadRecord } from "../support/kafka/records.ts";
import { until } from "../support/poll.ts";
import { type Role, startRole, stopRoles } from "../support/roles.ts";
import {
  jsonRequest,
  protoRequest,
  spanSlices,
  toolCallBytes,
  type ToolCall,
} from "../support/tool-calls.ts";

let installation: KafkaInstallation | undefined;
afterEach(async () => {
  await stopRoles();
  await installation?.drop();
  installation = undefined;
});

const partitions = 4;
const names = [
  "agent:triage",
  "agent:büro",
  "服务:支付",
  "ci:🚀",
  "oauth:https://issuer.example#client",
  "role:δοκιμή",
];

const cases = [
  { encoding: "otlp_proto", identities: 300, calls: 6_000, requestOf: protoRequest },
  { encoding: "otlp_json", identities: 40, calls: 600, requestOf: jsonRequest },
];

describe.each(cases)(
  "raw topic → process → nhi.spans → two detect workers → ClickHouse, $encoding",
  ({ encoding, identities, calls, requestOf }) => {
    test("every span is stored once, and every record holds one key group where Java's client puts it", async () => {
      installation = await kafkaInstallation({ partitions, env: { ANSWERABLE_KAFKA_ENCODING: encoding } });
      const { brokers, topics, env, query } = installation;
      const workers = [startRole("detect", env), startRole("detect", env)];
      startRole("process", env);
      await until("both workers have partitions", () => workers.every(hasPartitions), 20_000);

      const sent = callsOf(calls, identities);
      const requests = chunks(sent, 150).map((part) => ({ value: requestOf(part) }));
      const startedAtMs = Date.now();
      // One request comes twice: a sender that heard no answer.
      await produce(brokers, topics.raw, [...requests, ...requests.slice(0, 1)]);
      const audit = await until(
        "all spans are accounted for",
        () => auditOf(query, sent.length + 150),
        60_000,
      );
      process.stdout.write(
        `${encoding}: ${String(sent.length)} spans stored in ${String(Date.now() - startedAtMs)} ms\n`,
      );

      const records = await readAll(brokers, topics.spans);
      expectKeyed(records, encoding === "otlp_proto" ? sent : undefined);
      await expectJavasPartitions(records);

      for (const { spans, actions, no_action, duplicates, dead_lettered } of audit) {
        expect(actions + no_action + duplicates + dead_lettered).toBe(spans);
      }
      expect(sum(audit, "actions")).toBe(sent.length);
      expect(sum(audit, "duplicates")).toBe(150);
      const [stored] = await query(
        "SELECT count() AS raw, uniqExact(action_id) AS ids, uniqExact(identity_id) AS identities FROM actions",
      );
      expect(stored).toEqual({ raw: sent.length, ids: sent.length, identities });
      const owners = await query<{ pid: string }>(
        "SELECT DISTINCT splitByChar(':', claims.owner)[2] AS pid FROM claims WHERE (subject, generation) IN (SELECT subject, max(claims.generation) FROM claims GROUP BY subject)",
      );
      expect(new Set(owners.map(({ pid }) => Number(pid)))).toEqual(new Set(workers.map(({ pid }) => pid)));
      expect(await readAll(brokers, topics.deadLetters)).toEqual([]);
    }, 120_000);
  },
);

interface Audit {
  readonly partition: number;
  readonly spans: number;
  readonly actions: number;
  readonly no_action: number;
  readonly duplicates: number;
  readonly dead_lettered: number;
  readonly held: number;
}

async function auditOf(
  query: KafkaInstallation["query"],
  spans: number,
): Promise<readonly Audit[] | undefined> {
  const audit = await query<Audit>("SELECT * FROM v_audit AS v ORDER BY partition");
  return sum(audit, "spans") - sum(audit, "held") >= spans ? audit : undefined;
}

const sum = (audit: readonly Audit[], of: keyof Audit): number =>
  audit.reduce((total, one) => total + one[of], 0);

function callsOf(count: number, identities: number): readonly ToolCall[] {
  return Array.from({ length: count }, (_, ordinal) => {
    const identity = ordinal % identities;
    return { identityId: names[identity] ?? `agent:worker-${String(identity)}`, ordinal };
  });
}

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  );
}

function hasPartitions(role: Role): boolean {
  return (
    /partitions assigned/u.test(role.logs()) &&
    !/"partitions":""/u.test(
      role
        .logs()
        .split("\n")
        .findLast((line) => line.includes("partitions assigned")) ?? "",
    )
  );
}

/** One key group a record, told in its key and its headers; of `sent`, the very bytes. */
function expectKeyed(records: readonly ReadRecord[], sent: readonly ToolCall[] | undefined): void {
  const groupOf = new Map(
    (sent ?? []).map((call) => [toolCallBytes(call).toString("hex"), keyGroup("default", call.identityId)]),
  );
  expect(records.length).toBeGreaterThan(0);
  for (const { key, headers, value } of records) {
    expect(key).toMatch(/^g(?:0\d{3}|10[01]\d|102[0-3])$/u);
    expect(headers).toEqual({ "nhi-key-group": key, "nhi-key-groups": "1024", "nhi-tenant": "default" });
    const slices = spanSlices(value).map((slice) => Buffer.from(slice).toString("hex"));
    expect(slices.length).toBeGreaterThan(0);
    // In JSON there is no slice to keep.
    const groups = sent === undefined ? [key] : slices.map((slice) => groupOf.get(slice));
    expect(new Set(groups)).toEqual(new Set([key]));
  }
}

async function expectJavasPartitions(records: readonly ReadRecord[]): Promise<void> {
  const placed = new Map(records.map(({ key, partition }) => [key, partition]));
  for (const { key, partition } of records)
    expect({ key, partition }).toEqual({ key, partition: placed.get(key) });
  const foreign = Array.from(
    { length: 200 },
    (_, at) =>
      `${String.fromCodePoint(0x4e00 + at * 7)}ü${String.fromCodePoint(0x1f300 + at)}\0${String(at)}`,
  );
  const keys = [...placed.keys(), ...foreign];
  const java = await javaPartitions(keys, partitions);
  expect(keys.map((key) => murmur2(Buffer.from(key)))).toEqual(java.map((one) => one.murmur2));
  expect([...placed.values()]).toEqual(java.slice(0, placed.size).map((one) => one.partition));
}
