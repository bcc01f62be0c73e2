import type { IncomingMessage } from "node:http";
import type { Permission } from "../config/config.ts";
import type { Client } from "../ingest/ports.ts";
import type { Reply } from "./reply.ts";

/** A request as the routes see it. */
export interface Asked {
  readonly client: Client;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string>>;
  readonly request: IncomingMessage;
}

export const methods = ["GET", "POST", "DELETE"] as const;

export interface Route {
  readonly method: (typeof methods)[number];
  readonly path: string;
  /** What a client must be allowed to, of several any; undefined for what everybody may ask. */
  readonly permission?: Permission | readonly Permission[];
  readonly answer: (asked: Asked) => Promise<Reply>;
}
