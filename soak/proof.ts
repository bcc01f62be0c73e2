import type { KafkaInstallation } from "../test/support/kafka/installation.ts";
import { ends, readAll } from "../test/support/kafka/records.ts";
import { until } from "../test/support/poll.ts";
import { runVerb, stopRoles } from "../test/support/roles.ts";
import type { Sent } from "./load.ts";
import type { Watch } from "./watch.ts";

/** What a store holds of everything that was sent. */
export interface Proof {
  readonly sent: Sent;
  /** Sums over all partitions, as the audit gives them. */
  readonly spans: number;
  readonly actions: number;
  readonly noAction: number;
  readonly duplicates: number;
  readonly deadLettered: number;
  /** Different letters in the topic of dead letters, those of `process` too. */
  readonly letters: number;
  /** How often /metrics of a role was seen to add up. */
  readonly looks: number;
}

interface Audited {
  readonly isBalanced: boolean;
  readonly partitions: readonly (Pick<
    Proof,
    "spans" | "actions" | "noAction" | "duplicates" | "deadLettered"
  > & { readonly partition: number; readonly firstOffset: number; readonly nextOffset: number })[];
}

const settledWithinMs = 240_000;

/**
 * Waits until all that was sent is stored, ends the roles, and asks `answerable audit`. The audit knows the store alone;
 * here its sums are held against what was sent and against where the topic ends.
 *
 * @throws Error that says what is missing, double, or did not add up.
 */
export async function prove(installation: KafkaInstallation, sent: Sent, watch: Watch): Promise<Proof> {
  const { env, brokers, topics, query } = installation;
  try {
    await until("all that was sent is stored", () => isSettled(installation, sent), settledWithinMs);
  } catch (error) {
    const held = await query("SELECT * FROM v_audit");
    throw new Error(`${String(error)}: sent ${JSON.stringify(sent)}, stored ${JSON.stringify(held)}`, {
      cause: error,
    });
  }
  const looks = await watch.end();
  await stopRoles();
  const told = await runVerb(["audit"], env);
  if (told.code !== 0)
    throw new Error(`answerable audit ended with ${String(told.code)}:\n${told.out}${told.err}`);
  const { isBalanced, partitions } = JSON.parse((await runVerb(["audit", "--json"], env)).out) as Audited;
  const sum = (of: (one: Audited["partitions"][number]) => number): number =>
    partitions.reduce((total, one) => total + of(one), 0);
  const letters = new Set((await readAll(brokers, topics.deadLetters)).map(({ key }) => key)).size;
  const proof: Proof = {
    sent,
    spans: sum((one) => one.spans),
    actions: sum((one) => one.actions),
    noAction: sum((one) => one.noAction),
    duplicates: sum((one) => one.duplicates),
    deadLettered: sum((one) => one.deadLettered),
    letters,
    looks,
  };
  const [rows] = await query<{ rows: number; ids: number }>(
    "SELECT count() AS rows, uniqExact(action_id) AS ids FROM actions",
  );
  const end = await ends(brokers, topics.spans);
  const wrong = [
    !isBalanced && "the audit as JSON is not balanced",
    proof.actions !== sent.actions && `${String(sent.actions)} actions were sent`,
    rows?.rows !== sent.actions && `${String(rows?.rows)} rows of actions`,
    rows?.ids !== sent.actions && `${String(rows?.ids)} different actions`,
    // Whoever gets no answer sends again, so there may be more of these, never fewer.
    proof.noAction < sent.noAction && `${String(sent.noAction)} spans without action were sent`,
    proof.duplicates < sent.again && `${String(sent.again)} actions were sent again`,
    letters < sent.broken && `${String(sent.broken)} broken ones were sent`,
    ...partitions.map(
      ({ partition, firstOffset, nextOffset }) =>
        (firstOffset !== 0 || nextOffset !== end.get(partition)) &&
        `partition ${String(partition)} is stored from ${String(firstOffset)} to ${String(nextOffset)}, and ends at ${String(end.get(partition))}`,
    ),
  ].filter((one) => one !== false);
  if (wrong.length > 0) throw new Error(`${wrong.join("; ")}: ${JSON.stringify(proof)}`);
  return proof;
}

/** Whether every offset of the span topic is behind a saved position, and nothing is on its way there. */
async function isSettled({ brokers, topics, query }: KafkaInstallation, sent: Sent): Promise<boolean> {
  try {
    const [row] = await query<{ ids: number }>("SELECT uniqExact(action_id) AS ids FROM actions");
    if ((row?.ids ?? 0) < sent.actions) return false;
    const end = await ends(brokers, topics.spans);
    const rows = await query<{ partition: number; next_offset: number; held: number }>(
      "SELECT partition, next_offset, held FROM v_audit",
    );
    const positions = new Map(rows.map((one) => [one.partition, one]));
    for (const [partition, next] of end) {
      const at = positions.get(partition);
      if (next > 0 && (at === undefined || at.next_offset < next || at.held > 0)) return false;
    }
    const letters = await ends(brokers, topics.deadLetters);
    return [...letters.values()].reduce((total, one) => total + one, 0) >= sent.broken;
  } catch {
    // A server that is on its way back.
    return false;
  }
}
