import { openSweeper, type Sweeper } from "../integrity/sweeper.ts";
import type { Database } from "../store/clickhouse.ts";
import { integrityStore } from "../store/integrity-store.ts";
import type { Context } from "./context.ts";

/** After a look that failed: long enough for a store that starts. */
const failedPauseMs = 5_000;

/**
 * Looks for lost telemetry until stopped, or until a newer process does. A look that fails is told once, until one works
 * again; what is remembered is then read anew from the store.
 */
export async function watchIntegrity(context: Context, database: Database): Promise<void> {
  const { config, clock, log, owner, signal, telemetry } = context;
  const store = integrityStore(database, owner);
  const { everyMs, ...patience } = config.integrity;
  // Claimed once: claiming anew after a failure would fence whoever took over in between.
  let generation: number | undefined;
  let sweeper: Sweeper | undefined;
  let lookedAtMs = clock.nowMs();
  let isFailing = false;
  let isFenced = false;
  telemetry.gauge("answerable_integrity_processes", () => sweeper?.processes ?? 0);
  telemetry.gauge("answerable_integrity_look_age_seconds", () =>
    Math.max(0, (clock.nowMs() - lookedAtMs) / 1000),
  );
  while (!signal.aborted && !isFenced) {
    try {
      generation ??= await store.claim();
      sweeper ??= await openSweeper(
        {
          store,
          generation,
          patience,
          onLimited: (limit) => telemetry.count("answerable_integrity_forgotten_total", { limit }),
          onFinding: ({ rule }) => telemetry.count("answerable_integrity_findings_total", { rule }),
        },
        clock.nowMs(),
      );
      isFenced = (await sweeper.sweep(clock.nowMs())) === "fenced";
      lookedAtMs = clock.nowMs();
      isFailing = false;
    } catch (error) {
      sweeper = undefined;
      if (!isFailing)
        log("warn", "lost telemetry can't be looked for", {
          reason: error instanceof Error ? error.message : "",
        });
      isFailing = true;
    }
    if (!isFenced) await clock.sleep(isFailing ? failedPauseMs : everyMs, signal);
  }
  sweeper = undefined;
  if (isFenced) log("warn", "another process looks for lost telemetry now; this one has stopped doing so");
}
