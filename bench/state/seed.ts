import { countsWith, planWith, progressAfter } from "../../test/support/chunks.ts";
import { claimed } from "../../test/support/claimed.ts";
import { memoryStore, noFault } from "../../test/support/memory.ts";
import type { Database } from "../../detector/store/clickhouse.ts";
import { detectStore } from "../../detector/store/detect-store.ts";
import type { Checkpoint, DetectStore, SavedState } from "../../detector/stream/ports.ts";
import { spanCount } from "../agent-batch.ts";
import { engineOn, partition, recordAt } from "./engine.ts";
import { identityOf, SpanTemplate } from "./spans.ts";

/** The prefix of the identities that are measured on. */
export const knownPrefix = "known";
/** When their past begins and ends, milliseconds since 1970. */
const pastMs = Date.parse("2025-06-02T08:00:00Z");
const dayMs = 86_400_000;
const days = 10;
export const presentMs = pastMs + days * dayMs;
/** States that are made of spans; the others are copies, under names of their own. */
const made = 200;
/** How many days the made ones act on, `made[n]` on `activeDays[n % 10]` of them: one in ten has passed the gate. */
const activeDays = [1, 1, 1, 1, 2, 2, 3, 4, 6, 10];
/** Rows of one checkpoint. */
const rowsMax = 20_000;

/** Puts the states of so many identities into the store, as a detector would have left them; resolves with their mean size. */
export async function seed(database: Database, identities: number): Promise<number> {
  const samples = await sampleStates();
  const store = detectStore(database, "seed");
  await claimed(store, partition);
  let chunk = 0;
  let bytes = 0;
  for (let from = 0; from < identities; from += rowsMax) {
    const states = new Map<string, SavedState>();
    for (let nth = from; nth < Math.min(identities, from + rowsMax); nth += 1) {
      const state = samples[nth % samples.length]!;
      states.set(`default\0${identityOf(knownPrefix, nth)}`, state);
      bytes += state.packed.length;
    }
    await store.save(partition, checkpointOf(chunk, states));
    chunk += 1;
  }
  return Math.round(bytes / identities);
}

/** What the engine knows of some identities after ten days of spans. */
async function sampleStates(): Promise<readonly SavedState[]> {
  const saved = new Map<string, SavedState>();
  const memory = memoryStore().store(noFault);
  const store: DetectStore = {
    ...memory,
    save: async (where, checkpoint) => {
      for (const [key, state] of checkpoint.states) saved.set(key, state);
      await memory.save(where, checkpoint);
    },
  };
  // Without a quota, so that only identities have a state.
  const { worker } = engineOn(store, 0);
  const template = new SpanTemplate(knownPrefix);
  let span = 0;
  for (let day = 0; day < days; day += 1) {
    const active = Array.from({ length: made }, (_, n) => n).filter((n) => day < activeDays[n % 10]!);
    // Each acts in four sessions of eight a day, those of all in turn.
    const sessions = active.flatMap((identity) => [0, 1, 2, 3].map((nth) => ({ identity, nth })));
    for (let from = 0; from < sessions.length; from += spanCount / 8) {
      const request = template.request((nth) => {
        const { identity, nth: session } = sessions[(from + Math.floor(nth / 8)) % sessions.length]!;
        span += 1;
        const startMs = pastMs + day * dayMs + (span % 50_000) * 1000;
        return { identity, session: day * 10_000 + identity * 10 + session, span, startMs };
      });
      await worker.offer([recordAt(span / spanCount - 1, request, pastMs + (day + 1) * dayMs)]);
    }
  }
  await worker.flush();
  return [...saved.values()];
}

function checkpointOf(chunk: number, states: ReadonlyMap<string, SavedState>): Checkpoint {
  const plan = planWith(chunk, chunk + 1, { control: 1 });
  return {
    plan,
    generation: 1,
    counts: countsWith({ records: 1 }),
    progress: progressAfter(plan, { cutUs: presentMs * 1000, latestUs: presentMs * 1000 }),
    states,
  };
}
