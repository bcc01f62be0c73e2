import type { Finding } from "../../schemas/index.ts";
import type { OutboxAlert } from "../stream/ports.ts";
import type { SequenceRow, Told } from "./followed.ts";
import type { StoredChunk } from "./lag.ts";
import type { Counted, ProcessName } from "./suspicion.ts";

/** A row of numbers and the chunk it came in. */
export interface StoredRow extends SequenceRow, StoredChunk {}

/** A chunk that brought numbers: its place in the log, and when it was stored. */
export interface NumberedChunk {
  readonly key: string;
  readonly topic: string;
  readonly partition: number;
  readonly fromOffset: number;
  readonly storedAtMs: number;
}

/** An action that a finding cites. */
export interface Cited {
  readonly actionId: string;
  readonly identityId: string;
  readonly chainId: string;
  readonly sessionId: string;
}

/** What was told before, as the store has it. */
export interface StoredTold {
  readonly name: ProcessName;
  readonly told: Told;
  readonly finding: Pick<Finding, "tenant" | "identityId" | "episodeId" | "severity" | "atUs">;
}

/** The store as the integrity rules see it. One process at a time looks; `claim` fences whoever did before. */
export interface IntegrityStore {
  claim(): Promise<number>;
  owns(generation: number): Promise<boolean>;
  /** Chunks that were stored from an instant on, in the order in which they were. */
  chunks(fromMs: number): Promise<readonly NumberedChunk[]>;
  rows(chunks: readonly NumberedChunk[]): Promise<readonly StoredRow[]>;
  /** Whether there are rows that were stored before an instant. */
  hasRowsBefore(ms: number): Promise<boolean>;
  /** Findings about processes since an instant of event time, oldest first. */
  told(sinceUs: number): Promise<readonly StoredTold[]>;
  /** The one row that each query gives; all have the same columns. */
  count(queries: readonly string[]): Promise<readonly Counted[]>;
  cited(query: string): Promise<readonly Cited[]>;
  /** Alerts first: a finding that is there has had its alert. */
  write(findings: readonly Finding[], alerts: readonly OutboxAlert[]): Promise<void>;
}
