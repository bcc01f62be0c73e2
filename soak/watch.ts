import { metricsOf, type MetricsPage } from "../test/support/metrics.ts";
import type { Role } from "../test/support/roles.ts";
import { pause } from "./load.ts";

/** Looks at what roles say of themselves while they are harmed. */
export interface Watch {
  /** Has one more looked at, until it has ended. */
  add(name: string, role: Role): void;
  /** Ends it; resolves with how often the sums were seen to agree, rejects when once they did not. */
  end(): Promise<number>;
}

const everyMs = 250;

/** Starts with nobody to look at. */
export function startWatch(signal: AbortSignal): Watch {
  const roles = new Map<Role, string>();
  const troubles: string[] = [];
  let looks = 0;
  let isOver = false;
  const loop = (async () => {
    while (!isOver && !signal.aborted) {
      for (const [role, name] of roles) {
        if (role.ended() !== undefined) roles.delete(role);
        const page = await pageOf(role);
        if (page === undefined) continue;
        looks += 1;
        troubles.push(...imbalances(page).map((what) => `${name} ${String(role.pid)}: ${what}`));
      }
      await pause(everyMs);
    }
  })();
  return {
    add: (name, role) => void roles.set(role, name),
    async end() {
      isOver = true;
      await loop;
      if (troubles.length > 0)
        throw new Error(`/metrics did not add up ${String(troubles.length)} times: ${troubles[0]}`);
      return looks;
    },
  };
}

/** What does not add up on a page: accepted = stored + no action + duplicates + dead letters, and the like for `process`. */
function imbalances(page: MetricsPage): readonly string[] {
  const of = (name: string, labels?: Readonly<Record<string, string>>): number => page.sum(name, labels) ?? 0;
  const sums: readonly (readonly [string, number, number])[] = [
    ["accepted = outcomes", of("answerable_detect_accepted_spans_total"), of("answerable_spans_total")],
    [
      "dead-lettered = dead letters",
      of("answerable_spans_total", { outcome: "dead_lettered" }),
      of("answerable_dead_letters_total"),
    ],
    [
      "in = out + rejected",
      of("answerable_process_spans_total", { direction: "in" }),
      of("answerable_process_spans_total", { direction: "out" }) +
        of("answerable_process_rejected_spans_total"),
    ],
    ["lost = 0", of("answerable_lost_records_total"), 0],
  ];
  return sums
    .filter(([, one, other]) => one !== other)
    .map(([what, one, other]) => `${what}: ${String(one)} and ${String(other)}`);
}

/** Undefined while it does not answer: one that is frozen, starting or gone. */
async function pageOf(role: Role): Promise<MetricsPage | undefined> {
  const url = urlOf(role);
  if (url === undefined) return undefined;
  try {
    return await metricsOf(url, 1_000);
  } catch {
    return undefined;
  }
}

/** Where a role says that it answers. */
function urlOf(role: Role): string | undefined {
  return /"url":"([^"]+)"[^\n]*answering \/metrics/u.exec(role.logs())?.[1];
}
