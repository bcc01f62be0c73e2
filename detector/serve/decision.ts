import type { Client } from "../ingest/ports.ts";
import type { ControlLog } from "../stream/control-feed.ts";

/** What a route that takes decisions needs. */
export interface DecisionOptions {
  readonly control: ControlLog;
  readonly nowMs: () => number;
}

/** What every entry of the control log says of its origin. */
interface Decided {
  readonly tenant: string;
  readonly author: string;
  readonly atUs: number;
}

/** Who decides is who was authenticated; on loopback nobody was, and the record says so. */
export function decidedBy(client: Client, nowMs: number): Decided {
  return { tenant: client.tenant, author: authorOf(client), atUs: nowMs * 1000 };
}

export function authorOf({ name }: Client): string {
  return name === "" ? "local" : name;
}
