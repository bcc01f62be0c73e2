import { type PeerKey, peerKeys } from "../../policy/peer-book.ts";
import type { PeerGroup, PeerUses } from "../../schemas/index.ts";
import { byText, type Subject } from "./subject.ts";

/** Values that a baseline names of each kind: it is read by every judge, and kept for as long as the log is. */
const valuesMax: Readonly<Record<PeerKey, number>> = {
  operations: 128,
  places: 64,
  networks: 32,
  secrets: 32,
};
/** A longer value is left out; see the schema. */
const valueCharsMax = 256;

/** What the peers do: how many of them have each value for a habit. */
export function baselineOf(counted: readonly Subject[]): Pick<PeerGroup, PeerKey> {
  const [operations, places, networks, secrets] = peerKeys.map((key) => usesOf(counted, key));
  return { operations: operations!, places: places!, networks: networks!, secrets: secrets! };
}

function usesOf(counted: readonly Subject[], key: PeerKey): PeerUses {
  const users = new Map<string, number>();
  for (const { uses } of counted)
    for (const value of new Set(uses[key].values)) users.set(value, (users.get(value) ?? 0) + 1);
  const alone = counted.filter(({ uses }) => uses[key].values.some((value) => users.get(value) === 1)).length;
  const named = Array.from(users, ([value, count]) => ({ value, users: count }))
    .filter(({ value }) => value !== "" && value.length <= valueCharsMax)
    .toSorted((one, other) => other.users - one.users || byText(one.value, other.value))
    .slice(0, valuesMax[key]);
  const isComplete = named.length === users.size && counted.every(({ uses }) => !uses[key].isCut);
  return { values: named, isComplete, alone };
}

/** As many peers more or less are no news: a baseline is not told again for one that went on holiday. */
const shareMin = 0.05;

/** Whether a group is to be told again: its peers do something else, or clearly more or fewer do. */
export function isNews(told: PeerGroup | undefined, now: PeerGroup): boolean {
  if (told === undefined) return now.peers > 0;
  if (told.basis !== now.basis || isMoved(told.peers, now.peers, told.peers)) return true;
  return peerKeys.some((key) => differs(told[key], now[key], now.peers));
}

function differs(told: PeerUses, now: PeerUses, peers: number): boolean {
  if (told.isComplete !== now.isComplete || isMoved(told.alone, now.alone, peers)) return true;
  if (told.values.length !== now.values.length) return true;
  const users = new Map(told.values.map((one) => [one.value, one.users]));
  return now.values.some((one) => {
    const before = users.get(one.value);
    return before === undefined || isMoved(before, one.users, peers);
  });
}

function isMoved(before: number, now: number, of: number): boolean {
  return before !== now && Math.abs(before - now) >= shareMin * of;
}
