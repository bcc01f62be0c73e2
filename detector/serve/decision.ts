import type { Client } from "../ingest/ports.ts";
import type { ControlLog } from "../stream/control-feed.ts";

/** What a route that takes decisions needs. */
export interface DecisionOptions {
  readonly control: ControlLog;
  readonly nowMs: () => number;
}

/** Who decides is who was authenticated; on loopback nobody was, and the record says so. */
export function decisionOf(
  client: Client,
  nowMs: () => number,
): { readonly tenant: string; readonly author: string; readonly atUs: number } {
  return {
    tenant: client.tenant,
    author: client.name === "" ? "local" : client.name,
    atUs: nowMs() * 1000,
  };
}
