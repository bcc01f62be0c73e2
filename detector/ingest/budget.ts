/** Why bytes are not taken: there is no room, or what is left of it is for clients that hold less. */
export type NoRoom = "in_flight" | "client_share";

/** Bytes of bodies that may be in memory at once, over all requests. */
export interface Budget {
  /** Takes `bytes` for a client if they are free; else says why not, and nothing is taken. */
  take(client: string, bytes: number): NoRoom | undefined;
  give(client: string, bytes: number): void;
  usedBytes(): number;
}

/**
 * The first half is for whoever comes. Above it a client may hold at most an equal share of that half, so that the
 * second half is there for clients that ask for little, however many ask for all they can get.
 *
 * @example
 * const budget = createBudget(64 * 1024 * 1024);
 * if (budget.take("collector", chunk.length) === undefined) chunks.push(chunk);
 */
export function createBudget(bytesMax: number): Budget {
  const half = bytesMax / 2;
  const held = new Map<string, number>();
  let used = 0;
  return {
    take(client, bytes) {
      if (used + bytes > bytesMax) return "in_flight";
      const own = (held.get(client) ?? 0) + bytes;
      const clients = held.size + (held.has(client) ? 0 : 1);
      if (used + bytes > half && own > half / clients) return "client_share";
      held.set(client, own);
      used += bytes;
      return undefined;
    },
    give(client, bytes) {
      const left = (held.get(client) ?? 0) - bytes;
      if (left > 0) held.set(client, left);
      else held.delete(client);
      used -= bytes;
    },
    usedBytes: () => used,
  };
}
