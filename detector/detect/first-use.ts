import { fingerprint } from "../attribute/ids.ts";
import type { AttributedAction } from "../attribute/action.ts";
import { gateOpen } from "../learn/evidence.ts";
import type { Detector, Examined, Json, Signal } from "./detector.ts";
import { sqlText } from "./sql.ts";

/** One kind of thing whose first use can be news: which value an action uses, and the same in SQL over `v_actions`. */
interface NoveltyKey {
  readonly name: string;
  readonly valueOf: (action: AttributedAction) => string | undefined;
  readonly sqlValue: string;
  readonly sqlWhere: string;
}

const touches = new Set(["tool_call", "resource_access", "permission_change", "credential_issue", "credential_revoke", "delegation"]);
const secrets = new Set(["secret_read", "secret_write"]);

const keys: readonly NoveltyKey[] = [
  { name: "operation", valueOf: (a) => a.operation, sqlValue: "operation", sqlWhere: "1" },
  {
    name: "resource",
    valueOf: (a) => (touches.has(a.kind) ? a.resources[0]?.id : undefined),
    sqlValue: "resource_id",
    sqlWhere: `resource_id != '' AND kind IN (${[...touches].map(sqlText).join(", ")})`,
  },
  {
    name: "secret",
    valueOf: (a) => (secrets.has(a.kind) ? a.resources[0]?.id : undefined),
    sqlValue: "resource_id",
    sqlWhere: `resource_id != '' AND kind IN (${[...secrets].map(sqlText).join(", ")})`,
  },
  {
    name: "network",
    valueOf: (a) => (a.network === "" ? undefined : a.network),
    sqlValue: "network",
    sqlWhere: "network != ''",
  },
  {
    // Where the name of a changed thing came from: a mail to an address that until now only the prompt gave.
    name: "origin",
    valueOf: (a) => (a.mutating && a.resources[0]?.origin ? `${a.operation} ← ${a.resources[0].origin}` : undefined),
    sqlValue: "concat(operation, ' ← ', resource_origin)",
    sqlWhere: "mutating AND resource_origin != ''",
  },
];

/** Values remembered of each key, the oldest forgotten first; of an identity that uses more, a new one is no news. */
const valuesMax = 512;

/**
 * A first use is news only where first uses are rare: at 5 bits fewer than one observation in 32 brought something new.
 */
const bitsMin = 5;

/** What is remembered of one key: how often it was observed, how often that was new, and which values there were. */
interface KeyMemory {
  readonly [key: string]: Json;
  readonly observations: number;
  readonly news: number;
  readonly values: readonly string[];
}
type Memory = { readonly [key: string]: KeyMemory };

const nothing: KeyMemory = { observations: 0, news: 0, values: [] };

/**
 * First use of an operation, resource, secret, network or argument origin by an identity that hardly ever does anything
 * new. Novelty is weighed by how often this identity brings some: an agent that always meets new recipients is not
 * alarming for meeting one. Misses: an attacker who stays within what the identity already does.
 */
export const firstUse: Detector<Memory> = {
  id: "first-use",
  version: 1,
  initial: {},
  examine: (examined, memory) => {
    if (!gateOpen(examined.evidence)) return [];
    return keys.flatMap((key) => judge(key, examined, memory[key.name] ?? nothing));
  },
  learn: ({ action }, memory) => {
    const learned: Record<string, KeyMemory> = { ...memory };
    for (const key of keys) {
      const value = key.valueOf(action);
      if (value !== undefined) learned[key.name] = learnValue(learned[key.name] ?? nothing, fingerprint(value));
    }
    return learned;
  },
};

function judge(key: NoveltyKey, { action, evidence }: Examined, memory: KeyMemory): readonly Signal[] {
  const value = key.valueOf(action);
  if (value === undefined || memory.values.includes(fingerprint(value))) return [];
  const bits = -Math.log2((memory.news + 0.5) / (memory.observations + 1));
  if (bits < bitsMin) return [];
  return [
    {
      severity: "medium",
      title: `first use of ${key.name} ${value}`.slice(0, 512),
      cause: `${key.name}|${value}`.slice(0, 1024),
      why: {
        key: key.name,
        uses: 0,
        observations: memory.observations,
        news: memory.news,
        bits: Math.round(bits * 100) / 100,
        actions: evidence.actions,
        activeDays: evidence.days.length,
      },
      sql: `SELECT ${sqlText(key.name)} AS key, countIf(${key.sqlWhere} AND ${key.sqlValue} = ${sqlText(value)}) AS uses, countIf(${key.sqlWhere}) AS observations, uniqExactIf(${key.sqlValue}, ${key.sqlWhere}) AS news, round(-log2((news + 0.5) / (observations + 1)), 2) AS bits, count() AS actions, least(uniqExact(toDate(started_at)), 32) AS activeDays FROM v_actions WHERE {before}`,
    },
  ];
}

function learnValue(memory: KeyMemory, value: string): KeyMemory {
  const { observations, news, values } = memory;
  if (values.includes(value)) return { observations: observations + 1, news, values };
  return { observations: observations + 1, news: news + 1, values: [...values, value].slice(-valuesMax) };
}
