import type { Finding } from "../../schemas/index.ts";
import { sqlText } from "../detect/sql.ts";
import type { IntegrityStore, NumberedChunk, StoredRow, StoredTold } from "../integrity/ports.ts";
import type { Counted } from "../integrity/suspicion.ts";
import { claim, newestGeneration } from "./claims.ts";
import type { Database } from "./clickhouse.ts";
import { alertRow, findingRow, instantMs, instantUs } from "./rows.ts";

const subject = "integrity";
/** Queries put together into one: names of processes may be long, and a statement has its limits. */
const queriesAtOnce = 8;

/** What the integrity rules ask of ClickHouse. */
export function integrityStore(database: Database, owner: string): IntegrityStore {
  return {
    claim: () => claim(database, subject, owner),
    owns: async (generation) => (await newestGeneration(database, subject)) === generation,
    chunks: (fromMs) => chunks(database, fromMs),
    rows: (some) => rows(database, some),
    hasRowsBefore: async (ms) => {
      const found = await database.query(
        "SELECT 1 FROM process_sequences WHERE stored_at < {before:DateTime64(3)} LIMIT 1",
        { before: instantMs(ms) },
      );
      return found.length > 0;
    },
    told: (sinceUs) => told(database, sinceUs),
    count: (queries) => count(database, queries),
    cited: (query) =>
      database.query(
        `SELECT action_id AS actionId, identity_id AS identityId, chain_id AS chainId, session_id AS sessionId FROM (${query})`,
      ),
    async write(findings, alerts) {
      await database.insert("alerts", alerts.map(alertRow));
      await database.insert("findings", findings.map(findingRow));
    },
  };
}

async function chunks(database: Database, fromMs: number): Promise<readonly NumberedChunk[]> {
  const found = await database.query<Omit<NumberedChunk, "key">>(
    `SELECT topic, partition, from_offset AS fromOffset, toUnixTimestamp64Milli(min(stored_at)) AS storedAtMs FROM process_sequences
     WHERE stored_at >= {from:DateTime64(3)} GROUP BY topic, partition, from_offset ORDER BY storedAtMs, topic, partition, fromOffset`,
    { from: instantMs(fromMs) },
  );
  return found.map((one) => ({
    ...one,
    key: `${one.topic}:${String(one.partition)}:${String(one.fromOffset)}`,
  }));
}

interface RowOfNumbers extends Omit<StoredRow, "name" | "ranges"> {
  readonly tenant: string;
  readonly source: string;
  readonly process: string;
  readonly ranges: readonly (readonly [from: number, to: number, fromUs: number, toUs: number])[];
}

/** Numbers that follow each other come as one range: the server puts them in order. */
async function rows(database: Database, some: readonly NumberedChunk[]): Promise<readonly StoredRow[]> {
  const [first] = some;
  if (first === undefined) return [];
  const keys = some.map(
    ({ topic, partition, fromOffset }) => `(${sqlText(topic)}, ${String(partition)}, ${String(fromOffset)})`,
  );
  const found = await database.query<RowOfNumbers>(
    `WITH arraySort(arrayZip(seqs, arrayMap(at -> toUnixTimestamp64Micro(at), ats))) AS pairs,
       arraySplit((pair, step) -> step > 1, pairs, arrayDifference(arrayMap(pair -> toInt64(pair.1), pairs))) AS parts
     SELECT tenant, source, process, topic, partition, starts, toUnixTimestamp64Milli(received_at) AS receivedAtMs,
       toUnixTimestamp64Milli(stored_at) AS storedAtMs, toUnixTimestamp64Micro(first_at) AS firstAtUs, toUnixTimestamp64Micro(last_at) AS lastAtUs,
       first_seq AS firstSeq, last_seq AS lastSeq, arrayMap(part -> [toInt64(part[1].1), toInt64(part[-1].1), part[1].2, part[-1].2], parts) AS ranges
     FROM process_sequences WHERE stored_at >= {from:DateTime64(3)} AND (topic, partition, from_offset) IN (${keys.join(", ")})
     ORDER BY received_at, topic, partition, from_offset, nth`,
    { from: instantMs(first.storedAtMs) },
  );
  return found.map(({ tenant, source, process, ranges, ...row }) => ({
    ...row,
    name: { tenant, source, process },
    ranges: ranges.map(([from, to, fromUs, toUs]) => {
      const { receivedAtMs, storedAtMs } = row;
      const edge = (atUs: number) => ({ atUs, storedAtMs, receivedAtMs });
      return { from, to, first: edge(fromUs), last: edge(toUs) };
    }),
  }));
}

async function told(database: Database, sinceUs: number): Promise<readonly StoredTold[]> {
  const found = await database.query<{
    rule: string;
    tenant: string;
    identityId: string;
    episodeId: string;
    severity: Finding["severity"];
    atUs: number;
    cause: string;
    why: string;
  }>(
    `SELECT rule, tenant, identity_id AS identityId, episode_id AS episodeId, severity, toUnixTimestamp64Micro(at) AS atUs, cause, why
     FROM v_findings WHERE rule IN ('telemetry-gap', 'telemetry-silent', 'telemetry-clone') AND at >= {since:DateTime64(6)} ORDER BY at, finding_id`,
    { since: instantUs(sinceUs) },
  );
  return found.map(({ why, cause, ...finding }) => {
    const counted: Counted = JSON.parse(why);
    const process = String(counted["process"]);
    const source = String(counted["source"]);
    const missing = Number(counted["missing"] ?? 0);
    const { rule, episodeId, atUs, tenant } = finding;
    return {
      name: { tenant, source, process },
      finding,
      told: {
        rule,
        episodeId,
        atUs,
        missing,
        cause: cause.slice(`${source}|${process}|`.length),
        fromSeq: Number(counted["fromSeq"] ?? -1),
        toSeq: Number(counted["toSeq"] ?? -1),
        isOver: rule === "telemetry-gap" ? missing === 0 : (counted["heardAgainAt"] ?? "") !== "",
      },
    };
  });
}

async function count(database: Database, queries: readonly string[]): Promise<readonly Counted[]> {
  const all: Counted[] = [];
  for (let from = 0; from < queries.length; from += queriesAtOnce) {
    const some = queries.slice(from, from + queriesAtOnce);
    const found = await database.query<Counted & { nth: number }>(
      some.map((query, nth) => `SELECT ${String(nth)} AS nth, * FROM (${query})`).join(" UNION ALL "),
    );
    for (const { nth, ...counted } of found.toSorted((a, b) => a.nth - b.nth)) {
      if (all.length !== from + nth) throw new Error("a query of an integrity rule gave no row, or several");
      all.push(counted);
    }
  }
  return all;
}
