import type { Finding } from "../../schemas/index.ts";
import { outboxAlert } from "../stream/outbox-alert.ts";
import type { OutboxAlert } from "../stream/ports.ts";
import { Episodes } from "./findings.ts";
import { Followed, type FollowedProcess } from "./followed.ts";
import { Lag } from "./lag.ts";
import { type Limited, limits } from "./limits.ts";
import type { IntegrityStore } from "./ports.ts";
import { type Patience, type Raised, suspect } from "./suspect.ts";
import type { Counted } from "./suspicion.ts";

export interface SweeperOptions {
  readonly store: IntegrityStore;
  /** As it was claimed. */
  readonly generation: number;
  readonly patience: Patience;
  /** Told of each thing that a limit made us forget. */
  readonly onLimited: (what: Limited) => void;
  /** Told of each finding that was stored, new or changed. */
  readonly onFinding: (finding: Finding) => void;
}

/** Rows may become visible this long after the instant they carry; so long they are asked for again. */
const overlapMs = 60_000;
/** Of what was stored at the edge of what is known, the neighbours may lie beyond it. */
const edgeMs = 600_000;

/** Chunks whose rows are in memory at once. */
const chunksAtOnce = 100;

/** Looks for numbers that are missing, processes that fell silent and such as are two. */
export interface Sweeper {
  /** One look, at this instant. */
  sweep(nowMs: number): Promise<"swept" | "fenced">;
  /** Processes that are followed. */
  readonly processes: number;
}

/**
 * Takes up what was told before; what the store had in the last `lookbackMs` is read on the first
 * look. All that is remembered can be read back: after a crash, and after a look that failed, another is opened.
 */
export async function openSweeper(options: SweeperOptions, nowMs: number): Promise<Sweeper> {
  const { store, generation, patience, onLimited } = options;
  const followed = new Followed(onLimited);
  const lag = new Lag();
  const episodes = new Episodes();
  const begunMs = Math.max(0, nowMs - patience.lookbackMs);
  const knownFromMs = (await store.hasRowsBefore(begunMs)) ? begunMs + edgeMs : 0;
  /** Rows that were read, by when they were stored: some are read twice. */
  const read = new Map<string, number>();
  let cursorMs = begunMs;
  let turn = 0;
  for (const { name, told, finding } of await store.told(begunMs * 1000)) {
    followed.tell(followed.get(name), told);
    episodes.resume(finding);
  }

  async function readNew(): Promise<void> {
    const chunks = await store.chunks(Math.max(begunMs, cursorMs - overlapMs));
    const unread = chunks.filter(({ key }) => !read.has(key));
    for (let from = 0; from < unread.length; from += chunksAtOnce) {
      const some = unread.slice(from, from + chunksAtOnce);
      for (const row of await store.rows(some)) {
        followed.add(row);
        lag.add(row);
      }
      for (const { key, storedAtMs } of some) {
        read.set(key, storedAtMs);
        cursorMs = Math.max(cursorMs, storedAtMs);
      }
    }
    for (const [key, storedAtMs] of read) if (storedAtMs < cursorMs - overlapMs) read.delete(key);
  }

  /** Suspicions of as many processes as can be counted in one look; the others are looked at next time. */
  function raise(
    at: number,
  ): readonly { readonly process: FollowedProcess; readonly raised: readonly Raised[] }[] {
    const look = { nowMs: at, completeUntilMs: lag.completeUntilMs(at, overlapMs), knownFromMs };
    const all: { process: FollowedProcess; raised: readonly Raised[] }[] = [];
    const processes = [...followed];
    let count = 0;
    for (let step = 0; step < processes.length && count < limits.suspicionsMax; step += 1) {
      // Where the last look ended this one goes on, or some would never have their turn.
      const process = processes[turn++ % processes.length]!;
      const raised = suspect(process, look, patience);
      if (raised.length === 0) continue;
      count += raised.length;
      all.push({ process, raised });
    }
    return all;
  }

  async function judge(
    process: FollowedProcess,
    { suspicion, told }: Raised,
    why: Counted,
    at: number,
    to: Written,
  ): Promise<void> {
    if (suspicion.rule === "telemetry-silent") process.isSilenceJudged = true;
    if (suspicion.rule === "telemetry-clone") {
      process.doublingAskedAtMs = at;
      process.doubled = undefined;
    }
    const verdict = suspicion.judge(why);
    if (verdict === undefined) return;
    const before = process.told.find((one) => one.rule === told.rule && one.cause === told.cause);
    const cited = await store.cited(suspicion.citedSql);
    const { finding, alert } = episodes.report(suspicion, why, verdict, cited, before?.episodeId);
    to.findings.push(finding);
    if (alert !== undefined) to.alerts.push(outboxAlert(alert));
    to.tell.push(() => followed.tell(process, { ...told, episodeId: finding.episodeId }));
  }

  return {
    get processes() {
      return followed.size;
    },
    async sweep(at) {
      if (!(await store.owns(generation))) return "fenced";
      await readNew();
      const raised = raise(at).flatMap(({ process, raised: some }) => some.map((one) => ({ process, one })));
      const written: Written = { findings: [], alerts: [], tell: [] };
      for (const rule of new Set(raised.map(({ one }) => one.suspicion.rule))) {
        const ofRule = raised.filter(({ one }) => one.suspicion.rule === rule);
        const counted = await store.count(ofRule.map(({ one }) => one.suspicion.sql));
        for (const [nth, { process, one }] of ofRule.entries())
          await judge(process, one, counted[nth]!, at, written);
      }
      if (written.findings.length === 0) return "swept";
      if (!(await store.owns(generation))) return "fenced";
      await store.write(written.findings, written.alerts);
      for (const tell of written.tell) tell();
      for (const finding of written.findings) options.onFinding(finding);
      return "swept";
    },
  };
}

/** What one look says. Remembered only once it is stored. */
interface Written {
  readonly findings: Finding[];
  readonly alerts: OutboxAlert[];
  readonly tell: (() => void)[];
}
