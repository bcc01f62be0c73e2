import type { ControlRecord } from "../../schemas/index.ts";
import type { ControlEntry, ControlLog } from "../../detector/stream/control-feed.ts";

/** A log of what was decided, in memory; may be shared by several readers, as a topic is. */
export interface MemoryLog extends ControlLog {
  readonly entries: ControlEntry[];
  /** Appends something that is no entry of this program. */
  invent(record: unknown): void;
}

export function memoryLog(): MemoryLog {
  const entries: ControlEntry[] = [];
  const listeners = new Set<() => void>();
  const add = (record: ControlRecord): void => void entries.push({ position: entries.length, record });
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  return {
    entries,
    read: async (from) => entries.slice(from),
    append: async (records) => {
      records.forEach(add);
      tell();
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    invent(record) {
      add(record as ControlRecord);
      tell();
    },
  };
}
