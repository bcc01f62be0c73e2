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

/** An alert that a destination has not been told of, with the newest attempt to do so. */
export interface PendingAlert {
  readonly alert: OutboxAlert;
  readonly lastAttempt: DeliveryAttempt | undefined;
}

/** The outbox as the sender sees it. */
export interface Outbox {
  /** Takes the outbox over: a new generation, so that the sender before it stops. */
  claim(): Promise<number>;
  /** Whether `generation` is still the newest. */
  owns(generation: number): Promise<boolean>;
  /**
   * Alerts that the destination has neither received nor been given up for, oldest first, one an episode: of an episode
   * that it was told of once, nothing is pending any more.
   */
  pending(destination: string, limit: number): Promise<readonly PendingAlert[]>;
  /** Idempotent by (alert, destination, attempt). */
  record(attempts: readonly DeliveryAttempt[]): Promise<void>;
}
