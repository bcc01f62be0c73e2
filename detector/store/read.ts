import {
  type Baseline,
  type Chain,
  type Explanation,
  Finding,
  Link,
  type Severity,
} from "../../schemas/index.ts";
import { actionId } from "../attribute/ids.ts";
import type { Database } from "./clickhouse.ts";
import { readBaseline } from "./explain/baseline.ts";
import { explain } from "./explain/explain.ts";
import { type ResponseFilter, readResponses, type StoredResponse } from "./responses.ts";

/** Which findings to list; all parts are optional but the tenant. */
interface FindingFilter {
  readonly tenant: string;
  readonly identityId?: string;
  readonly minSeverity?: Severity;
  readonly sinceUs?: number;
  readonly limit: number;
}

/** What people ask of the store. */
export interface StoreReader {
  findings(filter: FindingFilter): Promise<readonly Finding[]>;
  /** The findings whose id begins with `id`, at most two: one is the answer, two are an ambiguous question. */
  finding(tenant: string, id: string): Promise<readonly Finding[]>;
  /** Why it was found, out of what is stored now; `found` as `finding` gives it. */
  why(found: Finding): Promise<Explanation>;
  /** What is known of an identity; undefined when nothing is stored of it. */
  baseline(tenant: string, identityId: string): Promise<Baseline | undefined>;
  chain(tenant: string, id: string): Promise<Chain | undefined>;
  responses(filter: ResponseFilter): Promise<readonly StoredResponse[]>;
  /** What is stored of a process that numbers its spans; undefined when nothing is. */
  process(tenant: string, name: string): Promise<StoredProcess | undefined>;
}

/** The numbers of a process's spans (`nhi.seq` within `service.instance.id`), of all clients of the tenant together. */
interface StoredProcess {
  readonly name: string;
  /** Different numbers stored. */
  readonly spans: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Numbers between the first and the last that are not there. */
  readonly missing: number;
}

interface FindingRow {
  readonly finding_id: string;
  readonly tenant: string;
  readonly rule: string;
  readonly rule_version: number;
  readonly identity_id: string;
  readonly episode_id: string;
  readonly chain_id: string;
  readonly session_id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly cause: string;
  readonly why: string;
  readonly sql: string;
  readonly action_ids: string[];
  readonly frameworks: string[];
  readonly evidence: string[];
  readonly confidence: string;
  readonly hint: string;
  readonly hint_why: string[];
  readonly changes: string[];
  readonly signal: string;
  readonly hidden_by: string;
  readonly hidden_severity: string;
  readonly at_us: number;
}

const findingColumns = `finding_id, tenant, rule, rule_version, identity_id, episode_id, chain_id, session_id, severity, title,
  cause, why, sql, action_ids, frameworks, evidence, confidence, hint, hint_why, changes,
  signal, hidden_by, hidden_severity, toUnixTimestamp64Micro(at) AS at_us`;

/** Longest answer to one question; a chain beyond it is cut, in order. */
const linksMax = 20_000;

/** Latest findings shown of an identity. */
const latestMax = 5;

export function storeReader(database: Database, databaseName: string): StoreReader {
  const toFinding = (row: FindingRow): Finding => findingOf(row, databaseName);
  const listed = async (filter: FindingFilter): Promise<readonly Finding[]> => {
    const { tenant, identityId = "", minSeverity = "info", sinceUs = 0, limit } = filter;
    const rows = await database.query<FindingRow>(
      `SELECT ${findingColumns} FROM v_findings
         WHERE tenant = {tenant:String} AND ({identityId:String} = '' OR identity_id = {identityId:String})
           AND indexOf(['info', 'low', 'medium', 'high', 'critical'], severity) >= indexOf(['info', 'low', 'medium', 'high', 'critical'], {minSeverity:String})
           AND toUnixTimestamp64Micro(at) >= {sinceUs:Int64}
         ORDER BY at DESC, finding_id LIMIT {limit:UInt32}`,
      { tenant, identityId, minSeverity, sinceUs, limit },
    );
    return rows.map(toFinding);
  };
  return {
    findings: listed,
    async finding(tenant, id) {
      const rows = await database.query<FindingRow>(
        `SELECT ${findingColumns} FROM v_findings WHERE tenant = {tenant:String} AND startsWith(finding_id, {id:String}) LIMIT 2`,
        { tenant, id },
      );
      return rows.map(toFinding);
    },
    why: (found) => explain(database, found),
    async baseline(tenant, identityId) {
      const known = await readBaseline(database, tenant, identityId);
      if (known === undefined) return undefined;
      return { ...known, findings: await listed({ tenant, identityId, limit: latestMax }) };
    },
    responses: (filter) => readResponses(database, filter),
    chain: (tenant, id) => readChain(database, tenant, id),
    process: (tenant, name) => readProcess(database, tenant, name),
  };
}

async function readChain(database: Database, tenant: string, id: string): Promise<Chain | undefined> {
  const rows = await database.query<{
    kind: string;
    id: string;
    parent: string;
    label: string;
    atUs: number;
    detail: Record<string, string>;
  }>(
    `SELECT kind, id, parent, label, toUnixTimestamp64Micro(at) AS atUs, detail FROM v_chain_links
     WHERE tenant = {tenant:String} AND chain_id = {id:String} ORDER BY rank, at, id LIMIT ${String(linksMax)}`,
    { tenant, id },
  );
  if (rows.length === 0) return undefined;
  const links = onEnds(rows.map((row) => Link.parse(row)));
  const [ends] = await database.query<{ startedAtUs: number; endedAtUs: number }>(
    `SELECT toUnixTimestamp64Micro(started_at) AS startedAtUs, toUnixTimestamp64Micro(ended_at) AS endedAtUs FROM v_chains
     WHERE tenant = {tenant:String} AND chain_id = {id:String}`,
    { tenant, id },
  );
  return ends === undefined ? undefined : { id, tenant, ...ends, links };
}

async function readProcess(
  database: Database,
  tenant: string,
  name: string,
): Promise<StoredProcess | undefined> {
  const [row] = await database.query<Omit<StoredProcess, "name" | "missing">>(
    `SELECT toInt64(uniqExact(seq)) AS spans, toInt64(min(seq)) AS firstSeq, toInt64(max(seq)) AS lastSeq
     FROM v_process_sequences WHERE tenant = {tenant:String} AND process = {name:String}`,
    { tenant, name },
  );
  if (row === undefined || row.spans === 0) return undefined;
  return { name, ...row, missing: row.lastSeq - row.firstSeq + 1 - row.spans };
}

/** Hangs findings on what they are about where they were found at its beginning, and its end is what the chain shows. */
function onEnds(links: readonly Link[]): Link[] {
  const shown = new Set(links.map(({ id }) => id));
  if (links.every(({ kind, parent }) => kind !== "finding" || shown.has(parent))) return [...links];
  const endOf = new Map<string, string>();
  for (const { id, detail } of links) {
    const [traceId, spanId] = detail["span"]?.split("/") ?? [];
    if (traceId !== undefined && spanId !== undefined) endOf.set(actionId(traceId, spanId, "start"), id);
  }
  return links.map((link) => ({ ...link, parent: endOf.get(link.parent) ?? link.parent }));
}

function findingOf(row: FindingRow, databaseName: string): Finding {
  return {
    id: row.finding_id,
    tenant: row.tenant,
    rule: row.rule,
    ruleVersion: row.rule_version,
    identityId: row.identity_id,
    episodeId: row.episode_id,
    chainId: row.chain_id,
    sessionId: row.session_id,
    severity: row.severity,
    title: row.title,
    cause: row.cause,
    why: Finding.shape.why.parse(JSON.parse(row.why)),
    sql: qualified(row.sql, databaseName),
    actionIds: row.action_ids,
    frameworks: row.frameworks,
    evidence: Finding.shape.evidence.parse(row.evidence),
    confidence: Finding.shape.confidence.parse(row.confidence),
    hint: Finding.shape.hint.parse(row.hint),
    hintWhy: row.hint_why,
    changes: row.changes,
    ...(row.signal !== "" && { signal: row.signal }),
    ...(row.hidden_by !== "" && {
      hidden: { by: row.hidden_by, severity: Finding.shape.severity.parse(row.hidden_severity) },
    }),
    atUs: row.at_us,
  };
}

/** Puts the database before the views a query reads, outside of quoted text, so that it runs as printed anywhere. */
export function qualified(sql: string, databaseName: string): string {
  return sql.replaceAll(/'(?:[^'\\]|\\.)*'|\bFROM (v_\w+)/gu, (text, view: string | undefined) =>
    view === undefined ? text : `FROM ${databaseName}.${view}`,
  );
}
