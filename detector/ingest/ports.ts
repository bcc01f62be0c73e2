import type { IncomingMessage, ServerResponse } from "node:http";
import type { Permission } from "../config/config.ts";
import type { ShedReason } from "./shed.ts";

/** Who sent a request, as far as it was proven. */
export interface Client {
  /** Its name in the configuration; "" for a program of the same machine that need not say who it is. */
  readonly name: string;
  readonly tenant: string;
  /** Patterns of the identities it may speak for; `*` stands for any characters. */
  readonly identities: readonly string[];
  readonly may: readonly Permission[];
  /** Whether a token or a certificate proved it. */
  readonly authenticated: boolean;
}

/** The body of one request: an ExportTraceServiceRequest, not looked into yet. */
export interface IncomingBatch {
  /** Without compression. */
  readonly body: Uint8Array;
  readonly encoding: "otlp_proto" | "otlp_json";
  readonly client: Client;
  readonly receivedAtMs: number;
  /** Called once the body is no longer needed, however long storing takes: its bytes are then free for others. */
  readonly onDecoded: () => void;
}

export type AcceptResult =
  /** Stored durably, apart from `rejected` spans; `messages` says why, a sentence each. */
  | { readonly kind: "stored"; readonly rejected: number; readonly messages: readonly string[] }
  /** Can't be taken, now or ever. */
  | { readonly kind: "refused"; readonly message: string }
  /** In order, but there is no room for it now; nothing of it was taken. */
  | { readonly kind: "shed"; readonly reason: ShedReason }
  /** Can't be taken now. */
  | { readonly kind: "busy"; readonly retryAfterSeconds: number; readonly message: string };

/** Where bodies go. Resolves with `stored` only once they are durable: the sender is then told to forget them. */
export interface SpanSink {
  accept(batch: IncomingBatch): Promise<AcceptResult>;
  /** Why no request can be taken now, if so; asked before a body is read, which is when refusing costs the least. */
  overload?(): ShedReason | undefined;
}

/** Answers every route that is not the receiver's; `client` is known by then. */
export type Handler = (req: IncomingMessage, res: ServerResponse, client: Client) => void | Promise<void>;
