import { isSourceKey } from "../../detector/learn/new-identities.ts";
import type { Checkpoint } from "../../detector/stream/ports.ts";
import { memoryStore, type MemoryStore, noFault, type StoreContent } from "../support/memory.ts";
import type { Call } from "./calls.ts";
import { type Ledger, ledgerOf } from "./ledger.ts";
import type { Seen } from "./seen.ts";

/** One server for all partitions and processes. */
export interface FakeStore {
  /** The server as one process reaches it. */
  reachedBy(call: Call): MemoryStore;
  /** What each partition's tables hold. */
  contents(): readonly StoreContent[];
  /** What each partition's checkpoints say. */
  ledgers(): readonly Ledger[];
}

function tell({ counts, plan }: Checkpoint, seen: Seen): void {
  if (counts.held > 0) seen("held back");
  if (counts.held > 0 && counts.carried > 0) seen("held back across chunks");
  if (plan.flush && counts.carried > 0) seen("flushed");
}

export function fakeStore(partitions: number, seen: Seen): FakeStore {
  const tables = Array.from({ length: partitions }, () => ({ memory: memoryStore(), ledger: ledgerOf() }));
  const at = (partition: number): (typeof tables)[number] => {
    const found = tables[partition];
    if (found === undefined) throw new Error(`no partition ${String(partition)}`);
    return found;
  };
  return {
    contents: () => tables.map(({ memory }) => memory.content()),
    ledgers: () => tables.map(({ ledger }) => ledger),
    reachedBy: (call) => ({
      claim: (id, statesMax, take) =>
        call((fault) => at(id.partition).memory.store(fault).claim(id, statesMax, take)),
      states: (id, keys) =>
        call(async (fault) => {
          const states = await at(id.partition).memory.store(fault).states(id, keys);
          if (states.size > 0) seen("read a state back");
          if ([...states.keys()].some(isSourceKey)) seen("read a source's count back");
          return states;
        }),
      stored: (id, actions) =>
        call(async (fault) => {
          const found = await at(id.partition).memory.store(fault).stored(id, actions);
          if (found.size > 0) seen("found an action stored");
          return found;
        }),
      plan: (id, generation, proposal) =>
        call(async (fault) => {
          const answer = await at(id.partition).memory.store(fault).plan(id, generation, proposal);
          if (answer.kind === "fenced") seen("fenced");
          else if (answer.plan.next > proposal.next) seen("found a longer plan");
          else if (answer.plan.next < proposal.next) seen("found a shorter plan");
          return answer;
        }),
      write: (id, plan, rows) => call((fault) => at(id.partition).memory.store(fault).write(id, plan, rows)),
      save: (id, checkpoint) =>
        call(async (fault) => {
          const { memory, ledger } = at(id.partition);
          if ((memory.content().position ?? 0) >= checkpoint.plan.next) seen("saved what was saved");
          await memory.store(fault).save(id, checkpoint);
          ledger.enter(checkpoint);
          tell(checkpoint, seen);
        }),
      // One log for all partitions; it lies with the first.
      set: (responses) =>
        call((fault) => {
          seen("answered");
          return at(0).memory.store(fault).set(responses);
        }),
      put: (letters) =>
        call(async (fault) => {
          await fault();
          for (const letter of letters) await at(letter.partition).memory.store(noFault).put([letter]);
        }),
    }),
  };
}
