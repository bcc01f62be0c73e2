import { PolicyBook } from "../../policy/book.ts";
import { playbookAuthor } from "../../policy/safeguards.ts";
import { standingOf } from "../../policy/standings.ts";
import { revocationHook } from "../alert/revocation-hooks.ts";
import type { Ask, AskState } from "../alert/revocation-ports.ts";
import { revokeCredentials } from "../alert/revoke.ts";
import { bodyLimits, sender } from "../alert/sender.ts";
import { openKafka } from "../ingest/kafka.ts";
import { openControlTopic } from "../ingest/topics.ts";
import type { Database } from "../store/clickhouse.ts";
import { controlLogTable } from "../store/control-log.ts";
import { revocationOutbox } from "../store/revocations.ts";
import type { ControlLog } from "../stream/control-feed.ts";
import type { Context } from "./context.ts";
import { kafkaAround } from "./kafka-config.ts";

/** Where it is said what counts: the log of people's decisions, and that of playbooks' answers. */
export interface DecisionLogs {
  readonly control: ControlLog;
  readonly standings: ControlLog;
}

/** Has credentials revoked until stopped, where hooks are configured. Without logs of its own it opens those that are configured. */
export async function watchRevocations(
  context: Context,
  database: Database,
  logs?: DecisionLogs,
): Promise<void> {
  const { config, clock, log, signal, owner, telemetry } = context;
  if (config.revocation.length === 0) return;
  const opened =
    logs === undefined ? await openLogs(context, database) : { ...logs, stop: async () => undefined };
  try {
    const ended = await revokeCredentials({
      outbox: revocationOutbox(database, owner),
      hooks: config.revocation.map((settings) => revocationHook(settings, sender(bodyLimits))),
      stateOf: standingReader(opened, () => clock.nowMs()),
      tell: (record) => opened.control.append([record]),
      clock,
      log,
      signal,
      onAttempt: ({ hook, outcome }) =>
        telemetry.count("answerable_revocation_attempts_total", { hook, outcome }),
    });
    if (ended === "fenced")
      log("warn", "another process has the credentials revoked now; this one has stopped doing so");
  } finally {
    await opened.stop();
  }
}

async function openLogs(
  context: Context,
  database: Database,
): Promise<DecisionLogs & { readonly stop: () => Promise<void> }> {
  const { config, clock, log } = context;
  if (config.kafka.brokers.length === 0) {
    const control = controlLogTable(database);
    return { control, standings: controlLogTable(database, "standing_log"), stop: async () => undefined };
  }
  const { topics } = config.kafka;
  const kafka = openKafka(config.kafka, kafkaAround(context));
  await kafka.need([topics.control, topics.standings]);
  const pause = (): Promise<void> => clock.sleep(50);
  const control = await openControlTopic(kafka, topics.control, log, pause);
  const standings = await openControlTopic(kafka, topics.standings, log, pause);
  const stop = async (): Promise<void> => {
    await control.stop();
    await standings.stop();
    await kafka.close();
  };
  return { control, standings, stop };
}

/** Follows both logs, persons' first, and says of an answer whether it counts now. */
function standingReader(
  { control, standings }: DecisionLogs,
  nowMs: () => number,
): (ask: Ask) => Promise<AskState> {
  const book = new PolicyBook();
  const next = new Map<ControlLog, number>();
  let reading: Promise<void> = Promise.resolve();
  const follow = async (): Promise<void> => {
    for (const source of [control, standings]) {
      const entries = await source.read(next.get(source) ?? 0);
      for (const { position, record } of entries) {
        book.enter(position, record);
        next.set(source, position + 1);
      }
    }
  };
  return async ({ tenant, subject, findingId, playbookId, identityId, chainId }) => {
    reading = reading.catch(() => undefined).then(follow);
    await reading;
    const all = book.of(tenant);
    const said = all.standings
      .of(`${subject.kind}/${subject.id}`)
      ?.answerTo(findingId, `${playbookAuthor}${playbookId}`);
    if (said === undefined) return "unknown";
    if (said.value.heldBack !== undefined) return "held_back";
    const now = standingOf(all, { identityId, chainId }, nowMs() * 1000, Number.POSITIVE_INFINITY);
    return now.standing === "revoked" ? "counts" : "undone";
  };
}
