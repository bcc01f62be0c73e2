import { type PeerRound, peerRound } from "../serve/peer-rounds.ts";
import { peerRoutes } from "../serve/peer-routes.ts";
import type { PolicyFeed } from "../serve/policy-feed.ts";
import type { Route } from "../serve/route.ts";
import type { Database } from "../store/clickhouse.ts";
import { peersStore } from "../store/peers-store.ts";
import type { Context } from "./context.ts";

/** After the start the store has other things to do. */
const firstAfterMs = 300_000;

/** What a service offers of peer groups. */
export interface Peers {
  readonly routes: readonly Route[];
  /** Resolves when a round that is under way has ended. */
  stop(): Promise<void>;
}

/** Groups the identities of every tenant anew every `peers.everyMs`, and when somebody asks for it. */
export function openPeers(context: Context, database: Database, feed: PolicyFeed): Peers {
  const { config, clock, log, telemetry } = context;
  const store = peersStore(database);
  const ending = new AbortController();
  // One round at a time: two of one tenant would tell the same twice.
  let last: Promise<unknown> = Promise.resolve();

  async function counted(tenant: string): Promise<PeerRound> {
    try {
      const round = await peerRound({ feed, store, clock }, tenant);
      telemetry.count("answerable_peer_rounds_total", { outcome: "done" });
      telemetry.count("answerable_peer_limited_total", { limit: "memberships" }, round.waiting);
      telemetry.count("answerable_peer_limited_total", { limit: "groups" }, round.leftOut);
      return round;
    } catch (error) {
      telemetry.count("answerable_peer_rounds_total", { outcome: "failed" });
      throw error;
    }
  }

  function refresh(tenant: string): Promise<PeerRound> {
    const round = last.then(() => counted(tenant));
    last = round.catch(() => undefined);
    return round;
  }

  async function all(): Promise<void> {
    try {
      for (const tenant of await store.tenants(clock.nowMs()))
        if (!ending.signal.aborted) await refresh(tenant);
    } catch (error) {
      log("warn", "peers can't be grouped now", { reason: error instanceof Error ? error.message : "" });
    }
  }

  async function watch(everyMs: number): Promise<void> {
    await clock.sleep(Math.min(everyMs, firstAfterMs), ending.signal);
    while (!ending.signal.aborted) {
      await all();
      await clock.sleep(everyMs, ending.signal);
    }
  }

  const { everyMs } = config.peers;
  const watching = everyMs === 0 ? undefined : watch(everyMs);
  return {
    routes: peerRoutes({ feed, refresh }),
    async stop() {
      ending.abort();
      await watching;
      await last;
    },
  };
}
