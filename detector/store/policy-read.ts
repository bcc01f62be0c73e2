import type { AuthorityOutcome } from "../../schemas/index.ts";
import type { Database } from "./clickhouse.ts";

/** How far one identity's actions are covered by grants. */
interface IdentityCoverage {
  readonly identityId: string;
  readonly identityKind: string;
  readonly actions: number;
  readonly granted: number;
  /** Of them, those that nobody ever granted anything for. */
  readonly ungranted: number;
  readonly lastAtUs: number;
  /** What isn't covered, the commonest first, at most twenty: operation, how it stood, how often. */
  readonly uncovered: readonly (readonly [string, AuthorityOutcome, number])[];
}

/** An operation on a resource, "" for none. */
interface ObservedUse {
  readonly operation: string;
  readonly resource: string;
  readonly actions: number;
}

/** What an identity was seen to do. */
export interface Observed {
  readonly actions: number;
  /** At most `resourcesMax` + 1 of one operation. */
  readonly uses: readonly ObservedUse[];
  /** At most `placesMax` + 1 of each; "" where an action didn't say. */
  readonly environments: readonly string[];
  readonly networks: readonly string[];
}

/** An action as authority is asked about it, and how it was judged. */
export interface RecordedAction {
  readonly id: string;
  readonly tenant: string;
  readonly identityId: string;
  readonly kind: string;
  readonly operation: string;
  readonly resources: readonly { readonly id: string }[];
  readonly startedAtUs: number;
  readonly taskId: string;
  readonly sessionId: string;
  readonly network: string;
  readonly path: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly claimedApprovalId: string;
  readonly endedAtUs: number;
  readonly isOk: boolean;
  readonly authority: AuthorityOutcome;
}

/** Which part of a tenant's actions is asked about. */
export interface Span {
  readonly tenant: string;
  /** "" for all. */
  readonly identityId: string;
  readonly sinceUs: number;
}

/** What the store knows that helps to write a policy. */
export interface PolicyReader {
  coverage(span: Span): Promise<readonly IdentityCoverage[]>;
  observed(span: Span): Promise<Observed>;
  /** The identities that acted, in order of their ids, and how often. */
  actors(span: Span): Promise<readonly { readonly identityId: string; readonly actions: number }[]>;
  /** The actions of one identity in the order in which they started, page by page. */
  actions(span: Span): AsyncIterable<readonly RecordedAction[]>;
  /** The operations of each identity; undefined where there is too much to look through. */
  seenOperations(tenant: string): Promise<ReadonlyMap<string, ReadonlySet<string>> | undefined>;
}

/** Different resources of one operation, operations of one identity, and places, that are told one by one. */
export const resourcesMax = 1000;
export const placesMax = 16;
const usesMax = 200_000;
const identitiesMax = 1000;
const actorsMax = 100_000;
const pageRows = 5000;
/** Longest that is looked for operations, which only a warning needs. */
const lookSeconds = 5;

const mine = `tenant = {tenant:String} AND started_at >= fromUnixTimestamp64Micro({sinceUs:Int64})`;
const asked = `${mine} AND ({identityId:String} = '' OR identity_id = {identityId:String})`;

export function policyReader(database: Database): PolicyReader {
  return {
    coverage: (span) => database.query(coverageSql, { ...span }),
    observed: (span) => readObserved(database, span),
    actors: (span) =>
      database.query(
        `SELECT identity_id AS identityId, count() AS actions FROM v_actions WHERE ${asked} AND phase != 'start'
         GROUP BY identity_id ORDER BY identity_id LIMIT ${actorsMax}`,
        { ...span },
      ),
    actions: (span) => pagesOf(database, span),
    seenOperations: (tenant) => readSeen(database, tenant).catch(() => undefined),
  };
}

const coverageSql = `
  SELECT identity_id AS identityId, any(kind) AS identityKind, sum(n) AS actions,
    sumIf(n, authority = 'granted') AS granted, sumIf(n, authority = 'no_grant') AS ungranted,
    toUnixTimestamp64Micro(max(last)) AS lastAtUs,
    arraySlice(arrayReverseSort(one -> (one.3, one.1), groupArrayIf((operation, authority, n), authority != 'granted')), 1, 20) AS uncovered
  FROM (
    SELECT identity_id, operation, authority, any(identity_kind) AS kind, sum(actions) AS n, max(last_at) AS last
    FROM v_coverage_hours
    WHERE tenant = {tenant:String} AND hour >= toStartOfHour(fromUnixTimestamp64Micro({sinceUs:Int64}))
      AND ({identityId:String} = '' OR identity_id = {identityId:String})
    GROUP BY identity_id, operation, authority
  )
  GROUP BY identity_id
  ORDER BY ungranted = actions DESC, actions - granted DESC, identity_id LIMIT ${identitiesMax}`;

async function readObserved(database: Database, span: Span): Promise<Observed> {
  const uses = await database.query<ObservedUse>(
    `SELECT operation, arrayJoin(if(empty(resource_ids), [''], resource_ids)) AS resource, countIf(phase != 'start') AS actions
     FROM v_actions WHERE ${asked} GROUP BY operation, resource ORDER BY operation, resource
     LIMIT ${resourcesMax + 1} BY operation LIMIT ${usesMax}`,
    { ...span },
  );
  const [places] = await database.query<Omit<Observed, "uses">>(
    `SELECT countIf(phase != 'start') AS actions,
       groupUniqArray(${placesMax + 1})(attributes['deployment.environment.name']) AS environments,
       groupUniqArray(${placesMax + 1})(network) AS networks
     FROM v_actions WHERE ${asked}`,
    { ...span },
  );
  return { actions: 0, environments: [], networks: [], ...places, uses };
}

async function* pagesOf(database: Database, span: Span): AsyncGenerator<readonly RecordedAction[]> {
  for (let after = { atUs: 0, id: "" }; ;) {
    const rows = await database.query<RecordedAction & { readonly ids: readonly string[] }>(
      `SELECT action_id AS id, tenant, identity_id AS identityId, kind, operation, resource_ids AS ids,
         toUnixTimestamp64Micro(started_at) AS startedAtUs, task_id AS taskId, session_id AS sessionId, network, path, attributes, claimed_approval_id AS claimedApprovalId, toUnixTimestamp64Micro(ended_at) AS endedAtUs, (status = 'ok')::Bool AS isOk, authority
       FROM v_actions
       WHERE ${mine} AND identity_id = {identityId:String} AND phase != 'start'
         AND (started_at, action_id) > (fromUnixTimestamp64Micro({afterUs:Int64}), {afterId:String})
       ORDER BY started_at, action_id LIMIT ${pageRows}`,
      { ...span, afterUs: after.atUs, afterId: after.id },
    );
    if (rows.length > 0)
      yield rows.map(({ ids, ...row }) => ({ ...row, resources: ids.map((id) => ({ id })) }));
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return;
    after = { atUs: last.startedAtUs, id: last.id };
  }
}

async function readSeen(
  database: Database,
  tenant: string,
): Promise<ReadonlyMap<string, ReadonlySet<string>> | undefined> {
  const rows = await database.query<{ readonly identityId: string; readonly operations: readonly string[] }>(
    `SELECT identity_id AS identityId, groupUniqArray(10000)(operation) AS operations FROM actions
     WHERE tenant = {tenant:String} GROUP BY identity_id LIMIT ${actorsMax} SETTINGS max_execution_time = ${lookSeconds}`,
    { tenant },
  );
  if (rows.length === actorsMax) return undefined;
  return new Map(rows.map(({ identityId, operations }) => [identityId, new Set(operations)]));
}
