import { type PeerKey, peerKeys } from "../../policy/peer-book.ts";
import { placeSql } from "../../policy/places.ts";
import { sqlText } from "../detect/sql.ts";
import { gate } from "../learn/evidence.ts";
import type { Subject, Uses } from "../peers/subject.ts";
import type { Database } from "./clickhouse.ts";
import { instantMs } from "./rows.ts";

/** Tenants, identities of one, and values of an identity, that are looked at. */
const tenantsMax = 1_000;
const identitiesMax = 10_000;
const usesMax = 128;

/** What an identity did in so long. */
const lookBackMs = 30 * 86_400_000;

/** The store as peer groups need it. */
export interface PeersStore {
  /** Tenants of which something was stored lately. */
  tenants(nowMs: number): Promise<readonly string[]>;
  /** Identities that did something lately: those whose habit is known first, and of those who did most. */
  subjects(tenant: string, nowMs: number): Promise<readonly Subject[]>;
}

/** Asks ClickHouse. */
export function peersStore(database: Database): PeersStore {
  return {
    async tenants(nowMs) {
      const found = await database.query<{ tenant: string }>(
        "SELECT DISTINCT tenant FROM actions WHERE received_at >= {since:DateTime64(3)} ORDER BY tenant LIMIT {most:UInt32}",
        { since: sinceOf(nowMs), most: tenantsMax },
      );
      return found.map(({ tenant }) => tenant);
    },
    async subjects(tenant, nowMs) {
      const params = { tenant, since: sinceOf(nowMs), most: identitiesMax, usesMax };
      const who = await database.query<WhoRow>(whoSql, params);
      const uses = new Map<string, UsesRow[]>();
      for (const row of await database.query<UsesRow>(usesSql, params)) {
        const known = uses.get(row.identityId);
        if (known === undefined) uses.set(row.identityId, [row]);
        else known.push(row);
      }
      return who.map((row) => subjectOf(row, uses.get(row.identityId) ?? []));
    },
  };
}

const sinceOf = (nowMs: number): string => instantMs(Math.max(0, nowMs - lookBackMs));

const gatedSql = `SELECT identity_id FROM v_baselines WHERE tenant = {tenant:String} AND actions >= ${String(gate.actions)} AND active_days >= ${String(gate.days)} AND sessions >= ${String(gate.sessions)}`;

interface WhoRow extends Omit<Subject, "isVerified" | "isDeclared" | "isGated" | "uses"> {
  readonly isVerified: number;
  readonly isDeclared: number;
  readonly isGated: number;
}

/**
 * What an identity said of itself first counts, so that one that was taken over can't walk into another group by saying something
 * else: a change is believed when what was said before is older than what is looked at, or when the registry says it.
 */
const whoSql = `
SELECT a.identityId AS identityId, a.kind AS kind, if(i.owner != '', i.owner, a.owner) AS owner,
  if(notEmpty(i.environments), arrayStringConcat(arraySort(i.environments), ', '), a.environment) AS environment,
  a.service AS service, a.isVerified AS isVerified, i.isDeclared AS isDeclared, a.logDays AS logDays,
  a.identityId IN (${gatedSql}) AS isGated
FROM
(
    SELECT identity_id AS identityId, argMin(identity_kind, received_at) AS kind, argMin(owner, received_at) AS owner,
      argMin(attributes['deployment.environment.name'], received_at) AS environment,
      argMin(if(attributes['gen_ai.agent.name'] != '', attributes['gen_ai.agent.name'], attributes['service.name']), received_at) AS service,
      min(strength = 'verified') AS isVerified, uniqExact(toDate(received_at)) AS logDays, count() AS actions
    FROM actions
    WHERE tenant = {tenant:String} AND received_at >= {since:DateTime64(3)}
    GROUP BY identity_id
) AS a
LEFT JOIN
(
    SELECT identity_id, argMax(d.owner, d.position) AS owner, argMax(d.environments, d.position) AS environments,
      isNull(argMax(tuple(d.offboarded_at), d.position).1) AS isDeclared
    FROM identities AS d
    WHERE d.tenant = {tenant:String}
    GROUP BY identity_id
) AS i ON i.identity_id = a.identityId
ORDER BY isGated DESC, a.actions DESC, identityId
LIMIT {most:UInt32}`;

interface UsesRow {
  readonly identityId: string;
  readonly key: PeerKey;
  readonly value: string;
}

const secretKinds = "kind IN ('secret_read', 'secret_write')";
/** The value of each kind that an action uses; empty where it uses none, or a detector said that it was news. */
const valueOf: Readonly<Record<PeerKey, string>> = {
  operations: "if(has(signals, 'first-use/operation'), '', operation)",
  places: `if(has(signals, 'first-use/resource') OR has(signals, 'first-use/unprompted resource') OR ${secretKinds}, '', ${placeSql})`,
  networks: "if(has(signals, 'first-use/network'), '', network)",
  secrets: `if(has(signals, 'first-use/secret') OR NOT ${secretKinds}, '', ${placeSql})`,
};

/** What identities do whose habit is known: one value more than is looked at, to tell whether there are more. */
const usesSql = `
SELECT identity_id AS identityId, key, value
FROM actions
ARRAY JOIN [${peerKeys.map(sqlText).join(", ")}] AS key, [${peerKeys.map((key) => valueOf[key]).join(", ")}] AS value
WHERE tenant = {tenant:String} AND received_at >= {since:DateTime64(3)} AND learned AND value != '' AND identity_id IN (${gatedSql})
GROUP BY identityId, key, value
ORDER BY identityId, key, count() DESC, value
LIMIT {usesMax:UInt32} + 1 BY identityId, key`;

function subjectOf({ isVerified, isDeclared, isGated, ...who }: WhoRow, rows: readonly UsesRow[]): Subject {
  const of = (wanted: PeerKey): Uses => {
    const values = rows.filter(({ key }) => key === wanted).map(({ value }) => value);
    return { values: values.slice(0, usesMax), isCut: values.length > usesMax };
  };
  return {
    ...who,
    isVerified: Boolean(isVerified),
    isDeclared: Boolean(isDeclared),
    isGated: Boolean(isGated),
    uses: {
      operations: of("operations"),
      places: of("places"),
      networks: of("networks"),
      secrets: of("secrets"),
    },
  };
}
