/**
 * Goal: both ways to run say the same: no action or finding is lost, added or changed by going through Kafka.
 * Method: one file of recorded actions, once through `up` over HTTP and once through the raw topic, `process` and two
 * workers; the ids in both stores are compared with each other and with the file.
 */
import { createHash } from "node:crypto";
import { afterEach, expect, test } from "@jest/globals";
import { actionId } from "../../detector/attribute/ids.ts";
import { batchesOf } from "../../detector/replay/batches.ts";
import { freePorts } from "../../detector/store/embedded/free-ports.ts";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { until } from "../support/poll.ts";
import { runVerb, startRole, stopRoles } from "../support/roles.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { bundledSample, testData } from "../support/test-data.ts";

let installation: KafkaInstallation | undefined;
afterEach(async () => {
  await stopRoles();
  await installation?.drop();
  installation = undefined;
});

const files = [
  { name: "the bundled sample", file: () => bundledSample, lines: 4_220 },
  {
    name: "all recorded runs of AgentDojo",
    file: () => testData("agentdojo/agentdojo.dev.actions.jsonl.gz"),
    lines: 63_227,
  },
];

test.each(files)(
  "$name give the same actions and findings through HTTP and through Kafka",
  async ({ file, lines }) => {
    const path = file();
    const expected = await actionIdsOf(path);
    expect(expected.size).toBe(lines);
    installation = await kafkaInstallation({ partitions: 4 });
    const { env, brokers, query } = installation;
    const embedded = await installation.beside();

    const direct = await throughHttp(path, embedded.env);
    for (const role of ["process", "detect", "detect"]) startRole(role, env);
    const startedAtMs = Date.now();
    const replayed = await runVerb(["replay", path, "--to", brokers.join(","), "--batch", "1000"], env);
    expect(replayed).toMatchObject({
      code: 0,
      out: `${String(lines)} spans sent, 0 not taken, 0 lines unreadable\n`,
    });
    await until("all spans are accounted for", async () => isAll(await totals(query), lines), 120_000);
    process.stdout.write(
      `${String(lines)} spans: HTTP ${String(direct.ms)} ms (${rate(lines, direct.ms)}), Kafka ${String(Date.now() - startedAtMs)} ms (${rate(lines, Date.now() - startedAtMs)})\n`,
    );

    for (const ask of [query, embedded.query]) {
      const { spans, actions, others } = await totals(ask);
      expect({ spans, actions, others }).toEqual({ spans: lines, actions: lines, others: 0 });
      const ids = (await ask<{ id: string }>("SELECT action_id AS id FROM actions")).map(({ id }) => id);
      expect(ids.length).toBe(lines);
      expect(ids.filter((id) => !expected.has(id))).toEqual([]);
      expect(new Set(ids).size).toBe(lines);
    }
    // The log's own time differs between the two; all that was said must not.
    const said =
      "finding_id, rule, rule_version, identity_id, episode_id, chain_id, session_id, severity, title, cause, why, action_ids, toString(at) AS at";
    const findings = `SELECT ${said} FROM findings ORDER BY finding_id, at`;
    const mine = await query(findings);
    expect(mine.length).toBeGreaterThan(0);
    expect(digestOf(mine)).toBe(digestOf(await embedded.query(findings)));
    expect(mine).toEqual(await embedded.query(findings));
    const judged =
      "SELECT action_id, authority, signals, late, clock_suspect FROM actions ORDER BY action_id";
    expect(digestOf(await query(judged))).toBe(digestOf(await embedded.query(judged)));
    const alerts = "SELECT alert_id, episode_id, body FROM alerts ORDER BY alert_id";
    expect(await query(alerts)).toEqual(await embedded.query(alerts));
  },
  240_000,
);

/** Replays a file to `answerable up` and ends it, leaving what it stored. */
async function throughHttp(path: string, env: KafkaInstallation["env"]): Promise<{ readonly ms: number }> {
  const folder = tempFolder("up");
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${String(port)}`;
  const up = startRole("up", {
    ...env,
    ANSWERABLE_DATA: folder.path,
    ANSWERABLE_HTTP_LISTEN: `127.0.0.1:${String(port)}`,
  });
  await until("up answers", () =>
    fetch(`${url}/readyz`)
      .then((answer) => answer.ok)
      .catch(() => false),
  );
  const startedAtMs = Date.now();
  expect(await runVerb(["replay", path, "--to", url, "--batch", "1000"], env)).toMatchObject({ code: 0 });
  const ms = Date.now() - startedAtMs;
  expect(await up.stop()).toMatchObject({ code: 0 });
  folder.remove();
  return { ms };
}

interface Totals {
  readonly spans: number;
  readonly actions: number;
  readonly others: number;
}

const isAll = ({ actions, others }: Totals, lines: number): boolean => actions + others >= lines;

async function totals(query: KafkaInstallation["query"]): Promise<Totals> {
  const [row] = await query<Totals>(
    "SELECT sum(v.spans) AS spans, sum(v.actions) AS actions, sum(v.no_action + v.duplicates + v.dead_lettered) AS others FROM v_audit AS v",
  );
  return row ?? { spans: 0, actions: 0, others: 0 };
}

/** Ids of the actions that a file must give. */
async function actionIdsOf(path: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const batch of batchesOf(path))
    for (const { traceId, spanId } of batch.spans) ids.add(actionId(traceId, spanId, "end"));
  return ids;
}

const digestOf = (rows: readonly unknown[]): string =>
  createHash("sha256").update(JSON.stringify(rows)).digest("hex");
const rate = (spans: number, ms: number): string => `${String(Math.round((spans / ms) * 1_000))} spans/s`;
