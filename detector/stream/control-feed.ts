import { PolicyBook } from "../../policy/book.ts";
import type { ControlRecord } from "../../schemas/index.ts";
import type { ControlFeed } from "./ports.ts";

/** An entry of the control log at its place. */
export interface ControlEntry {
  readonly position: number;
  readonly record: ControlRecord;
}

/** The control log itself: a topic, or a table of an installation without Kafka. */
export interface ControlLog {
  /** Entries from a position on, as far as the log goes now. */
  read(from: number): Promise<readonly ControlEntry[]>;
  /** Resolves once the records are durable and can be read. */
  append(records: readonly ControlRecord[]): Promise<void>;
  /** Calls when there may be more to read; gives back what ends that. */
  listen(listener: () => void): () => void;
}

export interface ControlFeedOptions {
  /** Entries from a position on, as far as the log goes now. */
  readonly read: (from: number) => Promise<readonly ControlEntry[]>;
  /** Told of each entry once, before it is used in a judgement. May be told again after a restart. */
  readonly onEntries: (entries: readonly ControlEntry[]) => Promise<void>;
  /** Waits a moment before the log is read again, when a plan names a position that isn't known here yet. */
  readonly pause: () => Promise<void>;
}

/** Follows the control log into the book. Calls may overlap; entries are read in order and once. */
export function controlFeed({ read, onEntries, pause }: ControlFeedOptions): ControlFeed {
  const book = new PolicyBook();
  let known = 0;
  let running: Promise<void> | undefined;

  async function follow(): Promise<void> {
    const entries = await read(known);
    if (entries.length === 0) return;
    await onEntries(entries);
    for (const { position, record } of entries) book.enter(position, record);
    known = (entries.at(-1)?.position ?? known) + 1;
  }

  function refresh(): Promise<void> {
    running ??= follow().finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    async head() {
      await refresh();
      return known;
    },
    async book(position) {
      for (await refresh(); known < position; await refresh()) await pause();
      return book;
    },
  };
}
