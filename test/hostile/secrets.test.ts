/**
 * Goal: a secret that an agent handles is in nothing of ours: not in what leaves its process, nor in Kafka, ClickHouse, dead
 * letters, logs or alerts.
 * Method: 200 secrets at every position of every wrapper, by the real libraries; each position must have given its actions.
 * What left is recorded on its way, and all places where it may end up are searched for every piece of eight characters.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { produce, readAll } from "../support/kafka/records.ts";
import { until } from "../support/poll.ts";
import { startRole, stopRoles } from "../support/roles.ts";
import { dumpOf } from "../support/secrets/dump.ts";
import { LeakFinder } from "../support/secrets/finder.ts";
import { type Recorder, recorderBefore } from "../support/secrets/recorder.ts";
import { type AgentEnd, secretsRun, type SecretsRun } from "../support/secrets/run.ts";
import { twoHundred } from "../support/secrets/two-hundred.ts";
import { clickHouseVariable } from "../support/shared.ts";
import { sql } from "../support/sql.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { answerable, startUp, type Up } from "../support/up.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver.ts";

const secrets = twoHundred(20_261_121);
const finder = new LeakFinder(secrets);
const folder = tempFolder("secrets");
const key = "a key of the tenant that is long enough";

/** What the agents may do; all else they do is found, and alerted of. */
const grants = `grants:
  - id: planted
    grantee: agent:planted
    approver: user:ben@acme.example
    policy: { id: agents, version: "1" }
    operations: ["tool.arguments"]
    resources: ["crm/*"]
    window: { from: "2026-01-01T00:00:00Z" }
`;

/** Each finding is told of. */
const settings = (url: string): object => ({
  alerts: {
    webhooks: [
      { name: "all", url, secret: `whsec_${Buffer.alloc(32, 7).toString("base64")}`, minSeverity: "low" },
    ],
  },
});

/** Of each wrapper, and of what a host tells us itself. */
const parts = new Set("tool record id door fetch http vault mcp pg aws exec otel resource".split(" "));

let run: SecretsRun;
let up: Up;
let webhook: WebhookReceiver;
let recorder: Recorder;
let ends: readonly AgentEnd[];

beforeAll(async () => {
  [run, webhook] = await Promise.all([secretsRun(secrets, folder.path), startWebhookReceiver()]);
  writeFileSync(join(folder.path, "answerable.yaml"), JSON.stringify(settings(webhook.url)));
  up = await startUp({
    dataDir: join(folder.path, "data"),
    env: {
      ANSWERABLE_CONFIG: join(folder.path, "answerable.yaml"),
    },
  });
  writeFileSync(join(folder.path, "grants.yaml"), grants);
  await answerable(["apply", "-f", join(folder.path, "grants.yaml"), "--url", up.url]);
  recorder = await recorderBefore(up.url);
  const env = { ANSWERABLE_IDENTITY: "agent:planted" };
  const withKey = { ...env, ANSWERABLE_KEY: key, ANSWERABLE_CHAIN_KEY: key };
  const agent = (file: string, registered: boolean, own: Record<string, string>, ...args: string[]) =>
    run.agent(file, { endpoint: recorder.url, registered, env: own, args });
  ends = [
    ...(await Promise.all([agent("main.js", true, env), agent("main.js", false, withKey, "start")])),
    ...(await Promise.all([
      agent("resources.js", false, {}),
      agent("otel.js", true, withKey),
      agent("otel.js", false, env),
    ])),
  ];
  await recorder.drained();
}, 200_000);

afterAll(async () => {
  await run.stop();
  recorder.stop();
  await up.stop();
  await webhook.stop();
  folder.remove();
});

/** Where secrets were left, in a few words; empty when nowhere. */
function leaks(where: string | Uint8Array): readonly string[] {
  return finder.leaksIn(where).map(({ id, form, piece, around }) => `${id} (${form}) ${piece}: …${around}`);
}

const views: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  percent: encodeURIComponent,
  json: (secret) => JSON.stringify({ secret }),
  base64: (secret) => Buffer.from(`user:${secret}`).toString("base64"),
  part: (secret) => secret.slice(Math.min(secret.length * 0.4, Math.max(0, secret.length - 16))).slice(0, 16),
};

test.each(Object.entries(views))("what is looked for is found where it is: %s", (_, view) => {
  const missed = secrets.filter(
    (one) => new LeakFinder([one]).leaksIn(`a ${view(one.secret)} b`).length === 0,
  );
  expect(missed.map(({ id }) => id)).toEqual([]);
});

describe("agents that hold 200 secrets", () => {
  test("end well, and each position has given an action for each of them", async () => {
    expect(ends.map(({ code }) => code)).toEqual(ends.map(() => 0));
    expect(recorder.refusals).toEqual([]);
    const planted = ends.flatMap(({ out }) => JSON.parse(out) as { name: string; operation?: string }[]);
    expect(new Set(planted.map(({ name }) => name.split(".", 1)[0]))).toEqual(parts);
    const rows = await actionsBy();
    const few = planted.flatMap(({ name, operation }) => {
      const own = rows.filter(([session, what]) =>
        operation === undefined
          ? session === name
          : what === operation && (session === name || what === name),
      );
      const actions = own.reduce((sum, [, , count]) => sum + Number(count), 0);
      return actions >= secrets.length ? [] : [`${name}: ${actions}`];
    });
    expect(few).toEqual([]);
  });

  test("say none of them to the receiver, to who is called, or in their own output", () => {
    expect(recorder.bodies.length).toBeGreaterThan(0);
    expect(leaks(Buffer.concat(recorder.bodies))).toEqual([]);
    expect(leaks(recorder.heads.join("\n"))).toEqual([]);
    expect(run.double.baggage.join("")).toContain("nhi.chain=");
    expect(leaks(run.double.baggage.join("\n"))).toEqual([]);
    expect(leaks(ends.map(({ out, err }) => out + err).join("\n"))).toEqual([]);
  });

  test("leave none of them in the store, in logs or in alerts", async () => {
    const dump = await dumpOf(up.clickhouseUrl, "answerable");
    for (const table of ["actions", "findings", "alerts"])
      expect([table, dump.get(`answerable.${table}`)?.length]).not.toEqual([table, 0]);
    expect([...dump].map(([table, bytes]) => [table, leaks(bytes)])).toEqual(
      [...dump.keys()].map((table) => [table, []]),
    );
    await until("an alert is delivered", () => webhook.delivered.length > 0);
    expect(leaks(JSON.stringify(webhook.delivered))).toEqual([]);
    expect(leaks(up.logs())).toEqual([]);
    for (const file of logFiles()) expect([file, leaks(readFileSync(file))]).toEqual([file, []]);
  });
});

/** How many actions there are of each session and operation. */
async function actionsBy(): Promise<
  readonly (readonly [session: string, operation: string, count: string])[]
> {
  const text = await sql(
    up.clickhouseUrl,
    "SELECT session_id, operation, count() FROM answerable.v_actions WHERE phase = 'end' GROUP BY ALL FORMAT JSONCompactEachRow",
  );
  return text.split("\n").map((line) => JSON.parse(line) as [string, string, string]);
}

function logFiles(): readonly string[] {
  const files = readdirSync(folder.path, { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".log")).map((file) => join(folder.path, file));
}

describe("by way of Kafka", () => {
  let installation: KafkaInstallation;

  afterAll(async () => {
    await stopRoles();
    await installation.drop();
  });

  test("none of them is in a topic, a dead letter, the store or a log", async () => {
    installation = await kafkaInstallation({ partitions: 2 });
    const { brokers, topics, env, query, database } = installation;
    const roles = [startRole("process", env), startRole("detect", env)];
    // One that can't be read ends among the dead letters.
    const broken = recorder.bodies[0]!.subarray(0, -5);
    await produce(
      brokers,
      topics.raw,
      [...recorder.bodies, broken].map((value) => ({ value })),
    );
    const stored = await sql(up.clickhouseUrl, "SELECT count() FROM answerable.actions FINAL");
    await until(
      "all actions are stored",
      async () => {
        const [row] = await query<{ n: number }>("SELECT count() AS n FROM actions FINAL");
        return row?.n === Number(stored);
      },
      60_000,
    );
    for (const topic of [topics.raw, topics.spans, topics.deadLetters]) {
      const records = await readAll(brokers, topic);
      expect(records.length).toBeGreaterThan(0);
      const texts = records.map(({ key: name, value, headers }) => [
        Buffer.from(name + JSON.stringify(headers)),
        value,
      ]);
      expect([topic, leaks(Buffer.concat(texts.flat()))]).toEqual([topic, []]);
    }
    const dump = await dumpOf(process.env[clickHouseVariable] ?? "", database);
    expect([...dump].map(([table, bytes]) => [table, leaks(bytes)])).toEqual(
      [...dump.keys()].map((table) => [table, []]),
    );
    expect(leaks(roles.map((role) => role.logs()).join("\n"))).toEqual([]);
  }, 120_000);
});
