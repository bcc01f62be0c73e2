import type { OutboxAlert } from "../stream/ports.ts";

/** One attempt to deliver one alert to one destination, as the store keeps it. */
export interface DeliveryAttempt {
  readonly alertId: string;
  readonly tenant: string;
  readonly destination: string;
  /** From 1. */
  readonly attempt: number;
  readonly atMs: number;
  readonly outcome: "delivered" | "failed" | "abandoned";
  /** HTTP status, or 0 when no answer came. */
  readonly status: number;
  /** Why it failed; never holds a secret or the answer's body. */
  readonly error: string;
  /** When to try again; 0 when it is over. */
  readonly nextAtMs: number;
}

/** An alert with what has been tried so far, newest attempt per destination. */
export interface PendingAlert {
  readonly alert: OutboxAlert;
  readonly attempts: readonly DeliveryAttempt[];
}

/** The outbox as the sender sees it. */
export interface Outbox {
  /** Takes the outbox over: a new generation, so that the sender before it stops. */
  claim(): Promise<number>;
  /** Whether `generation` is still the newest. */
  owns(generation: number): Promise<boolean>;
  /** Alerts that at least one of `destinations` has neither received nor been given up for, oldest first. */
  pending(destinations: readonly string[], limit: number): Promise<readonly PendingAlert[]>;
  /** Idempotent by (alert, destination, attempt). */
  record(attempts: readonly DeliveryAttempt[]): Promise<void>;
}
