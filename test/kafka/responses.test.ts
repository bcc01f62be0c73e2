/**
 * Goal: a violation stops who did it within the time that guards can be told in, and no crash loses or doubles an answer.
 * Method: the roles as processes of their own on a real broker and a real store; the log of standings read from outside.
 */
import { afterEach, expect, test } from "@jest/globals";
import { setTimeout as sleep } from "node:timers/promises";
import { ControlRecord } from "../../schemas/index.ts";
import { kafkaInstallation, type KafkaInstallation } from "../support/kafka/installation.ts";
import { produce, readAll } from "../support/kafka/records.ts";
import { until } from "../support/poll.ts";
import { type Role, startRole, stopRoles } from "../support/roles.ts";
import { protoRequest } from "../support/tool-calls.ts";

let installation: KafkaInstallation | undefined;
afterEach(async () => {
  await stopRoles();
  await installation?.drop();
  installation = undefined;
});

const base = { tenant: "default", author: "user:ana", atUs: 1 };
const grant = {
  id: "reader",
  grantee: "agent:*",
  approver: "user:owner@example.org",
  policy: { id: "readers", version: "7" },
  operations: ["read_file"],
  window: { from: "2026-01-01T00:00:00Z" },
};
const decisions = [
  { ...base, kind: "grant_given", grant },
  { ...base, kind: "playbook_given", playbook: { id: "stop", on: { rules: ["outside-grant"] }, do: "pause" } },
  {
    ...base,
    kind: "playbook_given",
    playbook: { id: "try", on: { rules: ["outside-grant"] }, do: "revoke", dryRun: true },
  },
];

/** An installation whose playbooks are known to its detector, and a violation more each time it is asked. */
async function guarded(env: Readonly<Record<string, string>>) {
  installation = await kafkaInstallation({ partitions: 2, env });
  const { brokers, topics, env: own } = installation;
  const records = decisions.map((one) => Buffer.from(JSON.stringify(ControlRecord.parse(one))));
  await produce(
    brokers,
    topics.control,
    records.map((value, nth) => ({ value, key: String(nth) })),
  );
  startRole("process", own);
  const detect = startRole("detect", own);
  await until("detect has joined", () => /partitions assigned/u.test(detect.logs()), 30_000);
  let ordinal = 0;
  const violate = (count = 1): Promise<void> => {
    const calls = Array.from({ length: count }, () => {
      const mine = ordinal++;
      return { identityId: `agent:w${String(mine)}`, ordinal: mine, operation: "delete_file", startMs: Date.now() };
    });
    return produce(brokers, topics.raw, [{ value: protoRequest(calls) }]);
  };
  return { ...installation, detect, violate, own };
}

interface Row {
  readonly identity_id: string;
  readonly finding_id: string;
  readonly lag_ms: number;
}

/** What the log of standings says: the identity and finding of each entry. */
async function answered(brokers: readonly string[], topic: string): Promise<readonly string[]> {
  const entries = (await readAll(brokers, topic)).map(({ value }) =>
    ControlRecord.parse(JSON.parse(value.toString())),
  );
  return entries.map((entry) => {
    expect(entry).toMatchObject({ kind: "standing_set", standing: "paused", author: "playbook:stop" });
    return entry.kind === "standing_set" ? `${entry.subject.id} ${entry.findingId ?? ""}` : "";
  });
}

const violations = 100;

test.each([
  { name: "the default window", env: {}, p99MaxMs: 1000 },
  { name: "no window", env: { ANSWERABLE_CHUNK_WINDOW_MS: "0" }, p99MaxMs: 500 },
])(
  "each violation is answered in the log of standings, with $name",
  async ({ name, env, p99MaxMs }) => {
    const { brokers, topics, query, violate } = await guarded(env);
    for (let nth = 0; nth < violations; nth += 1) {
      await violate();
      await sleep(20);
    }
    const rows = await until(
      "all are answered",
      async () => {
        const found = await query<Row>("SELECT identity_id, finding_id, lag_ms FROM v_responses WHERE NOT is_dry_run");
        return found.length >= violations ? found : undefined;
      },
      60_000,
    );
    const said = await answered(brokers, topics.standings);
    expect(said.toSorted()).toEqual(
      rows.map(({ identity_id, finding_id }) => `${identity_id} ${finding_id}`).toSorted(),
    );
    expect(new Set(said).size).toBe(violations);
    const dry = await query("SELECT count() AS dry FROM v_responses WHERE is_dry_run AND kind = 'revoke'");
    expect(dry).toEqual([{ dry: violations }]);
    const lags = rows.map(({ lag_ms }) => lag_ms).toSorted((a, b) => a - b);
    const [p50 = 0, p99 = 0] = [0.5, 0.99].map((share) => lags[Math.floor(lags.length * share)]);
    process.stdout.write(
      `${name}: ${String(violations)} violations, p50 ${String(p50)} ms, p99 ${String(p99)} ms\n`,
    );
    expect(p99).toBeLessThan(p99MaxMs);
  },
  120_000,
);

test("kill -9 in the middle loses no answer and shows none twice", async () => {
  const { brokers, topics, query, violate, own, detect } = await guarded({
    ANSWERABLE_CHUNK_RECORDS_MAX: "3",
    ANSWERABLE_CHUNK_WINDOW_MS: "0",
  });
  let role: Role = detect;
  const each = 30;
  const answersNow = async (): Promise<number> => (await readAll(brokers, topics.standings)).length;
  for (let round = 0; round < 3; round += 1) {
    for (let nth = 0; nth < each; nth += 1) await violate();
    // Somewhere between an answer and its rows.
    const before = round * each;
    await until("some are answered", async () => (await answersNow()) > before, 60_000);
    await role.kill();
    role = startRole("detect", own);
  }
  const all = each * 3;
  const rows = await until(
    "all are answered",
    async () => {
      const found = await query<Row>("SELECT identity_id, finding_id FROM v_responses WHERE NOT is_dry_run");
      return found.length >= all ? found : undefined;
    },
    90_000,
  );
  expect(rows).toHaveLength(all);
  const shown = rows.map(({ identity_id, finding_id }) => `${identity_id} ${finding_id}`);
  expect(new Set(shown).size).toBe(all);
  const said = await answered(brokers, topics.standings);
  expect([...new Set(said)].toSorted()).toEqual(shown.toSorted());
  process.stdout.write(`${String(said.length - all)} answers were told twice\n`);
}, 180_000);
