import type { Finding } from "../../schemas/index.ts";
import { outboxAlert } from "../stream/outbox-alert.ts";
import type { OutboxAlert } from "../stream/ports.ts";
import { Episodes } from "./findings.ts";
import { Followed } from "./followed.ts";
import { Lag } from "./lag.ts";
import type { Limited } from "./limits.ts";
import { NewRows, overlapMs } from "./new-rows.ts";
import type { IntegrityStore } from "./ports.ts";
import { Rounds, type Suspected } from "./rounds.ts";
import type { Patience } from "./suspect.ts";
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

/** Of what was stored at the edge of what is known, the neighbours may lie beyond it. */
const edgeMs = 600_000;

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
  const newRows = new NewRows(store, begunMs);
  const rounds = new Rounds();
  for (const { name, told, finding } of await store.told(begunMs * 1000)) {
    followed.tell(followed.get(name), told);
    episodes.resume(finding);
  }

  async function judge(
    { process, suspicion, told }: Suspected,
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
      await newRows.read((row) => {
        followed.add(row);
        lag.add(row);
      });
      const look = { nowMs: at, completeUntilMs: lag.completeUntilMs(at, overlapMs), knownFromMs };
      const suspected = rounds.look(followed, look, patience);
      const written: Written = { findings: [], alerts: [], tell: [] };
      for (const rule of new Set(suspected.map(({ suspicion }) => suspicion.rule))) {
        const ofRule = suspected.filter(({ suspicion }) => suspicion.rule === rule);
        const counted = await store.count(ofRule.map(({ suspicion }) => suspicion.sql));
        for (const [nth, one] of ofRule.entries()) await judge(one, counted[nth]!, at, written);
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
