import type { LeavingSpan } from "./leaving.ts";

/** What became of a batch: taken; not now, to be tried again; never to be tried again. */
export type Sent = "sent" | "later" | "refused";

/** Where spans go. Never throws, and never holds the process open. */
export interface SpanSink {
  /** For whoever looks what is wrong, for example the address. */
  readonly name: string;
  send(spans: readonly LeavingSpan[]): Promise<Sent>;
  /** What went wrong last, in a sentence; undefined when nothing did since the last success. */
  readonly trouble: string | undefined;
  /** How long the receiver asked, with its last answer, to be left alone; milliseconds. */
  readonly pauseMs?: number | undefined;
  /** Lets go of what it holds, for example connections. */
  readonly close?: () => void;
}
