import { shiftLeastBits, thresholdShift } from "../../policy/verdicts.ts";
import { absent, empty } from "../decode/index.ts";
import type { Fingerprint } from "../learn/fingerprint.ts";
import { daysMax } from "../learn/evidence.ts";
import { Novelty } from "../learn/novelty.ts";
import { fingerprint } from "../attribute/ids.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, type Examined, type Noticed, quiet, type Signal } from "./detector.ts";
import { type PeersOnFirstUse, peersOnFirstUse } from "./peer-word.ts";
import { sqlText } from "./sql.ts";

/** One kind of thing whose first use can be news: which value an action uses, and the same in SQL over `v_actions`. */
interface NoveltyKey {
  readonly name: string;
  /** A first use is news only where first uses are rare: at 5 bits, fewer than one observation in 32 brought a new value. */
  readonly bitsMin: number;
  /** Values remembered while the gate is closed. More would be too many to be rare, so that little is lost. */
  readonly valuesMaxUnderGate: number;
  /** Code of the value, `absent` when the action uses none. */
  readonly codeOf: (action: ActionView) => number;
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
  {
    name: "operation",
    bitsMin: 5,
    valuesMaxUnderGate: 14,
    codeOf: (a) => a.operationCode,
    sqlValue: "operation",
    sqlWhere: "1",
  },
  {
    name: "resource",
    bitsMin: 5,
    valuesMaxUnderGate: 8,
    codeOf: (a) => (touches.has(a.kind) ? a.resourceCode : absent),
    sqlValue: "resource_id",
    sqlWhere: `resource_id != '' AND kind IN (${[...touches].map(sqlText).join(", ")})`,
  },
  {
    name: "secret",
    bitsMin: 4,
    valuesMaxUnderGate: 6,
    codeOf: (a) => (secrets.has(a.kind) ? a.resourceCode : absent),
    sqlValue: "resource_id",
    sqlWhere: `resource_id != '' AND kind IN (${[...secrets].map(sqlText).join(", ")})`,
  },
  {
    name: "network",
    bitsMin: 4,
    valuesMaxUnderGate: 4,
    codeOf: (a) => (a.network === "" ? absent : a.networkCode),
    sqlValue: "network",
    sqlWhere: "network != ''",
  },
  {
    // Something is changed or sent to whose name neither the prompt gave nor the identity ever used: it came out of what
    // the agent read. All that the prompt gives counts as one value, so that being asked for new things is not news: the
    // empty one, as any other could be somebody's name for a resource.
    name: "unprompted resource",
    bitsMin: 3,
    valuesMaxUnderGate: 6,
    codeOf: ({ mutating, resourceCode, resourceOrigin }) =>
      !mutating || resourceOrigin === "" ? absent : prompted.has(resourceOrigin) ? empty : resourceCode,
    sqlValue: `if(resource_origin IN (${[...prompted].map(sqlText).join(", ")}), '', resource_id)`,
    sqlWhere: "mutating AND resource_origin != ''",
  },
];

/** A longer value stands in the cause as its fingerprint, as a cut one could be taken for another. */
const causeCharsMax = 700;

/** Values remembered of each key. Of an identity that uses more, nothing is news any more: it can't be told from what was forgotten. */
const valuesMax = 256;

/** By the name of the key. */
type Memory = Readonly<Record<string, Novelty>>;

/**
 * First use of an operation, resource, secret, network or argument origin by an identity that hardly ever does anything
 * new. Novelty is weighed by how often this identity brings some: an agent that always meets new recipients is not
 * alarming for meeting one. Misses: an attacker who stays within what the identity already does.
 */
export const firstUse: Detector<Memory> = {
  id: "first-use",
  version: 3,
  family: "behaviour",
  newMemory() {
    const memory: Record<string, Novelty> = {};
    for (const { name } of keys) memory[name] = new Novelty();
    return memory;
  },
  examine(examined, memory) {
    if (!examined.evidence.gateOpen) return quiet;
    const { action } = examined;
    let signals: (Noticed | Signal)[] | undefined;
    for (const key of keys) {
      const code = key.codeOf(action);
      const known = memory[key.name]!;
      if (code === absent || !isNews(key, known, action.fingerprintOf(code), examined)) continue;
      const value = action.textOf(code);
      const peers = peersOnFirstUse(examined, key.name, value, known.observations);
      const bits = known.bits - (peers?.lowered ?? 0);
      // What its peers do is no news, and becomes habit; that they spoke for it is noted.
      const isNewsStill = bits >= key.bitsMin;
      (signals ??= []).push(
        isNewsStill
          ? signalOf(key, examined, known, value, peers)
          : { name: `${key.name} of peers`, bits: Math.max(0, bits) },
      );
    }
    return signals ?? quiet;
  },
  learn({ action, evidence }, memory, signals) {
    for (const key of keys) {
      const code = key.codeOf(action);
      // What was news stays news: an identity doesn't make a thing normal by doing it again.
      if (code === absent || isSignalled(key, signals)) continue;
      const room = evidence.gateOpen ? valuesMax : key.valuesMaxUnderGate;
      memory[key.name]!.observe(action.fingerprintOf(code), room, action.ordinal);
    }
  },
};

function isSignalled({ name }: NoveltyKey, signals: readonly Noticed[]): boolean {
  for (const signal of signals) if (signal.name === name) return true;
  return false;
}

/** People's verdicts on such findings move the threshold. */
function isNews(
  { name, bitsMin }: NoveltyKey,
  known: Novelty,
  value: Fingerprint,
  examined: Examined,
): boolean {
  if (!known.canTell || known.bits < bitsMin + shiftLeastBits || known.has(value)) return false;
  const { action, decided } = examined;
  const { book, control } = decided;
  return known.bits >= bitsMin + thresholdShift(book, "first-use", name, action.identityId, control);
}

function signalOf(
  key: NoveltyKey,
  { action, evidence }: Examined,
  known: Novelty,
  value: string,
  peers: PeersOnFirstUse | undefined,
): Signal {
  const said = peers === undefined ? {} : { peers: peers.peers, peersUsing: peers.peersUsing };
  const bits = known.bits - (peers?.lowered ?? 0);
  return {
    name: key.name,
    severity: "medium",
    bits: known.bits,
    cause: `${action.sessionId}|${key.name}|${value.length > causeCharsMax ? fingerprint(value) : value}`,
    tell: () => ({
      title: `first use of ${key.name} ${value}`,
      why: {
        key: key.name,
        observations: known.observations,
        news: known.news,
        ...said,
        bits: Math.round(bits * 100) / 100,
        actions: evidence.actions,
        activeDays: evidence.activeDays,
      },
      sql: sqlOf(key, known, peers),
      hintWhy: peers?.hintWhy ?? [],
    }),
  };
}

function sqlOf(key: NoveltyKey, { since }: Novelty, peers: PeersOnFirstUse | undefined): string {
  const counted = `${key.sqlWhere} AND NOT has(signals, ${sqlText(`first-use/${key.name}`)})`;
  const fromThere = since === undefined ? counted : `${counted} AND ordinal >= ${String(since)}`;
  const peersColumns = peers === undefined ? "" : `${peers.columnsSql}, `;
  const lowered = peers === undefined ? "" : ` - ${peers.loweredSql}`;
  return `SELECT ${sqlText(key.name)} AS key, countIf(counted) AS observations, uniqExactIf(value, counted) AS news, ${peersColumns}round(-log2((news + 0.5) / (observations + 1))${lowered}, 2) AS bits, count() AS actions, least(uniqExact(toDate(started_at)), ${String(daysMax)}) AS activeDays FROM (SELECT started_at, ${key.sqlValue} AS value, ${fromThere} AS counted FROM v_actions WHERE {before})`;
}
