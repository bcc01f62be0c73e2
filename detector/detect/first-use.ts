import { fingerprint } from "../attribute/ids.ts";
import type { AttributedAction } from "../attribute/action.ts";
import { daysMax, gateOpen } from "../learn/evidence.ts";
import type { Json } from "../learn/json.ts";
import type { Detector, Examined, Signal } from "./detector.ts";
import { sqlText } from "./sql.ts";

/** One kind of thing whose first use can be news: which value an action uses, and the same in SQL over `v_actions`. */
interface NoveltyKey {
  readonly name: string;
  /** A first use is news only where first uses are rare: at 5 bits, fewer than one observation in 32 brought a new value. */
  readonly bitsMin: number;
  readonly valueOf: (action: AttributedAction) => string | undefined;
  readonly sqlValue: string;
  readonly sqlWhere: string;
}

const touches = new Set([
  "tool_call",
  "resource_access",
  "permission_change",
  "credential_issue",
  "credential_revoke",
  "delegation",
]);
const secrets = new Set(["secret_read", "secret_write"]);
const prompted = new Set(["prompt", "system"]);

const keys: readonly NoveltyKey[] = [
  { name: "operation", bitsMin: 5, valueOf: (a) => a.operation, sqlValue: "operation", sqlWhere: "1" },
  {
    name: "resource",
    bitsMin: 5,
    valueOf: (a) => (touches.has(a.kind) ? a.resources[0]?.id : undefined),
    sqlValue: "resource_id",
    sqlWhere: `resource_id != '' AND kind IN (${[...touches].map(sqlText).join(", ")})`,
  },
  {
    name: "secret",
    bitsMin: 4,
    valueOf: (a) => (secrets.has(a.kind) ? a.resources[0]?.id : undefined),
    sqlValue: "resource_id",
    sqlWhere: `resource_id != '' AND kind IN (${[...secrets].map(sqlText).join(", ")})`,
  },
  {
    name: "network",
    bitsMin: 4,
    valueOf: (a) => (a.network === "" ? undefined : a.network),
    sqlValue: "network",
    sqlWhere: "network != ''",
  },
  {
    // Something is changed or sent to whose name neither the prompt gave nor the identity ever used: it came out of what
    // the agent read. All that the prompt gives counts as one value, so that being asked for new things is not news: the
    // empty one, as any other could be somebody's name for a resource.
    name: "unprompted resource",
    bitsMin: 3,
    valueOf: ({ mutating, resources: [first] }) =>
      !mutating || !first?.origin ? undefined : prompted.has(first.origin) ? "" : first.id,
    sqlValue: `if(resource_origin IN (${[...prompted].map(sqlText).join(", ")}), '', resource_id)`,
    sqlWhere: "mutating AND resource_origin != ''",
  },
];

/** A longer value stands in the cause as its fingerprint, as a cut one could be taken for another. */
const causeCharsMax = 700;

/** Values remembered of each key. Of an identity that uses more, nothing is news any more: it can't be told from what was forgotten. */
const valuesMax = 512;

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
  examine: (examined, memory) =>
    keys.flatMap((key) => {
      const news = newsOf(key, examined, memory[key.name] ?? nothing);
      return news === undefined ? [] : [signalOf(key, examined, memory[key.name] ?? nothing, news)];
    }),
  learn: (examined, memory) => {
    const learned: Record<string, KeyMemory> = { ...memory };
    for (const key of keys) {
      const value = key.valueOf(examined.action);
      const known = learned[key.name] ?? nothing;
      // What was news stays news: an identity doesn't make a thing normal by doing it again.
      if (value === undefined || newsOf(key, examined, known) !== undefined) continue;
      learned[key.name] = learnValue(known, fingerprint(value));
    }
    return learned;
  },
};

interface News {
  readonly value: string;
  readonly bits: number;
}

/** What is new about an action, if that says something. */
function newsOf(
  { valueOf, bitsMin }: NoveltyKey,
  { action, evidence }: Examined,
  memory: KeyMemory,
): News | undefined {
  const value = valueOf(action);
  if (value === undefined || !gateOpen(evidence) || memory.values.length >= valuesMax) return undefined;
  if (memory.values.includes(fingerprint(value))) return undefined;
  const bits = -Math.log2((memory.news + 0.5) / (memory.observations + 1));
  return bits < bitsMin ? undefined : { value, bits };
}

function signalOf(
  key: NoveltyKey,
  { action, evidence }: Examined,
  memory: KeyMemory,
  { value, bits }: News,
): Signal {
  return {
    name: key.name,
    severity: "medium",
    title: `first use of ${key.name} ${value}`,
    cause: `${action.sessionId}|${key.name}|${value.length > causeCharsMax ? fingerprint(value) : value}`,
    why: {
      key: key.name,
      observations: memory.observations,
      news: memory.news,
      bits: Math.round(bits * 100) / 100,
      actions: evidence.actions,
      activeDays: evidence.days.length,
    },
    sql: `SELECT ${sqlText(key.name)} AS key, countIf(learned) AS observations, uniqExactIf(value, learned) AS news, round(-log2((news + 0.5) / (observations + 1)), 2) AS bits, count() AS actions, least(uniqExact(toDate(started_at)), ${String(daysMax)}) AS activeDays FROM (SELECT started_at, ${key.sqlValue} AS value, ${key.sqlWhere} AND NOT has(signals, ${sqlText(`first-use/${key.name}`)}) AS learned FROM v_actions WHERE {before})`,
  };
}

function learnValue(memory: KeyMemory, value: string): KeyMemory {
  const { observations, news, values } = memory;
  if (values.includes(value)) return { observations: observations + 1, news, values };
  return { observations: observations + 1, news: news + 1, values: [...values, value].slice(-valuesMax) };
}
