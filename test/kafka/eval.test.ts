/**
 * Goal: what an evaluation prints is what an installation finds: the same findings come out of Kafka, `detect` and ClickHouse.
 * Method: the bundled sample through both; every word is compared. A topic of ours has its own time, so what is accepted is sent
 * first, and the detectors are told the instant after.
 */
import { afterEach, expect, test } from "@jest/globals";
import { Outcome } from "../../eval/outcome.ts";
import { pass } from "../../eval/pass.ts";
import { frozen, learnUntil, sampleLog, settings } from "../eval/sample.ts";
import type { LogRecord } from "../../detector/stream/ports.ts";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { until } from "../support/poll.ts";
import { startRole, stopRoles } from "../support/roles.ts";
import { kafkaClient } from "../support/shared.ts";

let installation: KafkaInstallation | undefined;
afterEach(async () => {
  await stopRoles();
  await installation?.drop();
  installation = undefined;
});

const ways = [
  { name: "learning ends", learning: frozen, names: ["ACCEPTED_UNTIL", "FROZEN_FROM"] },
  {
    name: "learning goes on",
    learning: { ...frozen, frozenFromUs: Number.POSITIVE_INFINITY },
    names: ["ACCEPTED_UNTIL"],
  },
];

test.each(ways)(
  "the findings of an evaluation are those of an installation, $name",
  async ({ learning, names }) => {
    const log = await sampleLog();
    const outcome = new Outcome(log);
    await pass(log, outcome, { config: settings, learning });
    expect(outcome.findings.length).toBeGreaterThan(10);

    installation = await kafkaInstallation({ partitions: 3 });
    const { query, brokers, topics } = installation;
    const producer = kafkaClient(brokers).producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const send = async (records: readonly LogRecord[]): Promise<void> => {
      const messages = records.map(({ key, value, headers }) => ({
        key,
        value: Buffer.from(value),
        headers: { ...headers },
      }));
      for (let from = 0; from < messages.length; from += 500)
        await producer.send({ topic: topics.spans, messages: messages.slice(from, from + 500) });
    };
    const untilMs = Date.parse(learnUntil);
    await send(log.records.filter(({ timestampMs }) => timestampMs < untilMs));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const instant = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await send(log.records.filter(({ timestampMs }) => timestampMs >= untilMs));
    await producer.disconnect();
    const told = Object.fromEntries(names.map((name) => [`ANSWERABLE_LEARNING_${name}`, instant]));
    for (const role of ["detect", "detect"]) startRole(role, { ...installation.env, ...told });
    await until(
      "all actions are stored",
      async () => {
        const [row] = await query<{ actions: number }>("SELECT count() AS actions FROM v_actions");
        return row?.actions === outcome.actions;
      },
      60_000,
    );

    const stored = await query<Record<string, unknown>>(
      "SELECT finding_id, rule, rule_version, identity_id, episode_id, chain_id, session_id, severity, title, cause, why, action_ids, evidence, confidence, hint, toUnixTimestamp64Micro(at) AS atUs FROM findings FINAL ORDER BY finding_id",
    );
    const said = outcome.findings
      .map((one) => ({
        finding_id: one.id,
        rule: one.rule,
        rule_version: one.ruleVersion,
        identity_id: one.identityId,
        episode_id: one.episodeId,
        chain_id: one.chainId,
        session_id: one.sessionId,
        severity: one.severity,
        title: one.title,
        cause: one.cause,
        why: one.why,
        action_ids: one.actionIds,
        evidence: one.evidence,
        confidence: one.confidence,
        hint: one.hint,
        atUs: one.atUs,
      }))
      .toSorted((one, other) => (one.finding_id < other.finding_id ? -1 : 1));
    const plainly = stored.map((row) => ({
      ...row,
      why: typeof row["why"] === "string" ? (JSON.parse(row["why"]) as unknown) : row["why"],
      atUs: Number(row["atUs"]),
    }));
    expect(plainly).toEqual(said);
    const scores = await query<{ score: number }>("SELECT max(v.score) AS score FROM v_actions AS v");
    const ours = [...outcome.runs.values()].map(({ score }) => score);
    expect(scores[0]?.score).toBeCloseTo(Math.max(...ours), 3);
  },
  180_000,
);
