import { allGroupId, aloneBits, peersOf, type PeerWord } from "../../policy/peers.ts";
import type { PeerKey } from "../../policy/peer-book.ts";
import { placeOf } from "../../policy/places.ts";
import { clip } from "../attribute/clip.ts";
import { absent } from "../decode/index.ts";
import { daysMax } from "../learn/evidence.ts";
import { fingerprintOf } from "../learn/fingerprint.ts";
import { SeenValues } from "../learn/seen-values.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, type Examined, type Noticed, quiet, type Signal } from "./detector.ts";
import { columnSql, peersSql, usingSql } from "./peer-word.ts";
import { sqlText } from "./sql.ts";

/** What of an action its peers are asked about. */
interface Question {
  readonly name: string;
  readonly key: PeerKey;
  /** Code of what the action uses, `absent` where it uses none. */
  readonly codeOf: (action: ActionView) => number;
  readonly valueOf: (text: string) => string;
  /** Whether it may be that nobody told: of who uses none nothing is known. */
  readonly mayBeUntold: boolean;
}

const secrets = new Set(["secret_read", "secret_write"]);
const same = (text: string): string => text;

const questions: readonly Question[] = [
  {
    name: "operation",
    key: "operations",
    codeOf: (a) => a.operationCode,
    valueOf: same,
    mayBeUntold: false,
  },
  {
    name: "network",
    key: "networks",
    codeOf: (a) => (a.network === "" ? absent : a.networkCode),
    valueOf: same,
    mayBeUntold: true,
  },
  {
    name: "secret",
    key: "secrets",
    codeOf: (a) => (secrets.has(a.kind) ? a.resourceCode : absent),
    valueOf: placeOf,
    mayBeUntold: false,
  },
];

/** Fewer bits say nothing: at 2, fewer than one peer in four has something of its own. */
const bitsMin = 2;
/** Values that are told of an identity; whoever is so unlike its peers is in the wrong group. Further ones are only noted. */
const toldMax = 16;
const titleCharsMax = 400;
/** Characters of a group's sentence that a hint shows. */
const shownMax = 160;

type Memory = Readonly<Record<"told", SeenValues>>;

/**
 * Of an identity too new to have a habit: it does what none of its peers does, and they hardly ever do anything of their own. Its
 * peers are those with whom it shares what is declared of them, three at least whose own habit is known. Misses: an attacker who keeps
 * to what the peers do, and identities in no group but that of all.
 */
export const unlikePeers: Detector<Memory> = {
  id: "unlike-peers",
  version: 1,
  family: "behaviour",
  newMemory: () => ({ told: new SeenValues() }),
  examine(examined, { told }) {
    const { action, decided, evidence } = examined;
    if (evidence.gateOpen || decided.book.peers.size === 0) return quiet;
    const peers = peersOf(decided, action.identityId);
    if (peers === undefined) return quiet;
    let signals: (Noticed | Signal)[] | undefined;
    for (const question of questions) {
      const code = question.codeOf(action);
      if (code === absent) continue;
      const value = question.valueOf(action.textOf(code));
      const word = peers.on(question.key, value);
      if (word === undefined || !isUnlike(word, question)) continue;
      const signal = signalOf(question, examined, word, value);
      const isTold = told.size < toldMax || told.has(fingerprintOf(signal.cause));
      (signals ??= []).push(isTold ? signal : { name: signal.name, bits: aloneBits(word, question.key) });
    }
    return signals ?? quiet;
  },
  learn(_, { told }, signals) {
    for (const signal of signals) {
      if (!("cause" in signal) || typeof signal.cause !== "string" || told.size >= toldMax) continue;
      const print = fingerprintOf(signal.cause);
      if (!told.has(print)) told.add(print);
    }
  },
};

function isUnlike(word: PeerWord, { key, mayBeUntold }: Question): boolean {
  // All identities of a tenant have too little in common to speak for one that is new, and one that is counted is not new.
  if (word.peersUsing > 0 || word.group.id === allGroupId || word.isCounted) return false;
  if (mayBeUntold && word.group.uses[key].users.size === 0) return false;
  return aloneBits(word, key) >= bitsMin;
}

function signalOf(
  { name, key }: Question,
  { action, evidence }: Examined,
  word: PeerWord,
  value: string,
): Signal {
  const { tenant } = action;
  const bits = aloneBits(word, key);
  const alone = `least(${key}_alone, ${word.isCounted ? "peers - 1" : "peers"})`;
  return {
    name,
    bits,
    severity: "low",
    cause: `${name}|${value}`,
    evidence: ["peers"],
    confidence: "cold_start",
    tell: () => ({
      title: clip(`${name} ${value}: none of ${String(word.peers)} peers does so`, titleCharsMax),
      why: {
        key: name,
        peers: word.peers,
        peersUsing: word.peersUsing,
        alone: Math.min(word.group.uses[key].alone, word.peers),
        bits: Math.round(bits * 100) / 100,
        actions: evidence.actions,
        activeDays: evidence.activeDays,
      },
      sql: `SELECT ${sqlText(name)} AS key, ${peersSql(tenant, word)} AS peers, ${usingSql(tenant, word, key, value)} AS peersUsing, ${columnSql(tenant, word.group, alone)} AS alone, round(-log2((alone + 0.5) / (peers + 1)), 2) AS bits, count() AS actions, least(uniqExact(toDate(started_at)), ${String(daysMax)}) AS activeDays FROM v_actions WHERE {before}`,
      hintWhy: [`abuse: none of its peers does so (${clip(word.group.defined, shownMax)})`],
    }),
  };
}
