import { PolicyBook } from "../../policy/book.ts";
import type { ControlRecord } from "../../schemas/index.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { ControlEntry, ControlLog } from "../stream/control-feed.ts";
import { type Cursor, reaches } from "./cursor.ts";
import { PolicyShelf } from "./policy-shelf.ts";

/** An entry of one of both logs, in the order in which this process came to know it. */
export interface FeedEntry {
  readonly position: number;
  readonly record: ControlRecord;
  /** Next places of both logs once this entry is known. */
  readonly cursor: Cursor;
}

/** What people, other systems and playbooks decided, as this process knows it now. */
export interface PolicyFeed {
  readonly book: PolicyBook;
  /** What stands for a tenant, entry by entry. */
  shelf(tenant: string): PolicyShelf;
  cursor(): Cursor;
  /** Entries that came after a place; undefined where they are not remembered, or not known here yet. */
  since(cursor: Cursor): readonly FeedEntry[] | undefined;
  /** Called with each new entry, in order. Must not throw. */
  listen(listener: (entry: FeedEntry) => void): () => void;
  /** Reads both logs to where they end now. */
  refresh(): Promise<void>;
  /** Appends to the control log and reads it back, so that what was appended is in the book. */
  append(records: readonly ControlRecord[]): Promise<void>;
  stop(): void;
}

export interface PolicyFeedOptions {
  readonly control: ControlLog;
  readonly standings: ControlLog;
  readonly clock: Clock;
  readonly log: Log;
}

/** Entries kept for those who come back; whoever was away for longer is told all anew. */
const keptMax = 100_000;
/** What another process appends to a table tells nobody; it is looked for as often as this. */
const lookEveryMs = 1_000;

/** Follows both logs into one book. Resolves when all that was in them has been read. */
export async function openPolicyFeed(options: PolicyFeedOptions): Promise<PolicyFeed> {
  const { control, standings, clock, log } = options;
  const book = new PolicyBook();
  const shelves = new Map<string, PolicyShelf>();
  const listeners = new Set<(entry: FeedEntry) => void>();
  const ending = new AbortController();
  const kept: FeedEntry[] = [];
  let cursor: Cursor = { control: 0, standings: 0 };
  /** Where what is kept begins. */
  let keptFrom = cursor;

  const shelf = (tenant: string): PolicyShelf => {
    const known = shelves.get(tenant) ?? new PolicyShelf();
    shelves.set(tenant, known);
    return known;
  };

  function enter({ position, record }: ControlEntry, from: keyof Cursor): void {
    cursor = { ...cursor, [from]: position + 1 };
    let counted = record;
    try {
      // Guards see some entries only, so what safeguards leave of one is told them, not what was asked for.
      counted = book.enter(position, record);
    } catch (error) {
      log("error", "an entry of the control log means nothing to this program and is passed over", {
        position,
        reason: reasonOf(error),
      });
    }
    // Of no use to a guard, and too large to be kept for those who come back.
    if (isOfPeers(record)) return;
    const entry = { position, record: counted, cursor };
    shelf(record.tenant).enter(entry);
    kept.push(entry);
    if (kept.length > keptMax) keptFrom = kept.splice(0, keptMax / 10).at(-1)?.cursor ?? keptFrom;
    for (const listener of listeners) listener(entry);
  }

  async function follow(): Promise<void> {
    const [decided, answered] = await Promise.all([
      control.read(cursor.control),
      standings.read(cursor.standings),
    ]);
    for (const [from, entry] of merged(decided, answered)) enter(entry, from);
  }

  const refresh = freshly(follow);
  const look = telling(refresh, log);
  await refresh();
  const ends = [control, standings].map((one) => one.listen(() => void look()));
  void looking(clock, ending.signal, look);

  return {
    book,
    shelf,
    cursor: () => cursor,
    since(from) {
      if (!reaches(from, keptFrom) || !reaches(cursor, from)) return undefined;
      let at = kept.length;
      while (at > 0 && !reaches(from, kept[at - 1]!.cursor)) at -= 1;
      return kept.slice(at);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
    async append(records) {
      await control.append(records);
      await refresh();
    },
    stop() {
      ending.abort();
      for (const end of ends) end();
      listeners.clear();
    },
  };
}

function isOfPeers({ kind }: ControlRecord): boolean {
  return kind === "peer_baseline" || kind === "peer_group";
}

/** Does `work` for whoever asks. One run serves all that asked before it began: what they know of has been appended by then. */
function freshly(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let waiting: Promise<void> | undefined;
  const run = (): Promise<void> => {
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (running === undefined) return run();
    waiting ??= running
      .catch(() => undefined)
      .then(() => {
        waiting = undefined;
        return run();
      });
    return waiting;
  };
}

/** The same for nobody in particular: that it failed is told once, until it succeeds again. */
function telling(refresh: () => Promise<void>, log: Log): () => Promise<void> {
  let isTold = false;
  return async () => {
    try {
      await refresh();
      isTold = false;
    } catch (error) {
      if (!isTold) log("warn", "what people decided can't be read now", { reason: reasonOf(error) });
      isTold = true;
    }
  };
}

async function looking(clock: Clock, signal: AbortSignal, look: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(lookEveryMs, signal);
    if (!signal.aborted) await look();
  }
}

/**
 * Both lists as one, by when it was decided, each in its own order: of two standings of one identity, one in each log, the later
 * must count. What comes while we follow comes in that order by itself.
 */
function* merged(
  decided: readonly ControlEntry[],
  answered: readonly ControlEntry[],
): Iterable<readonly [keyof Cursor, ControlEntry]> {
  let next = 0;
  for (const entry of decided) {
    for (; next < answered.length && answered[next]!.record.atUs < entry.record.atUs; next += 1)
      yield ["standings", answered[next]!];
    yield ["control", entry];
  }
  for (; next < answered.length; next += 1) yield ["standings", answered[next]!];
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
