import type { NoRoom } from "./budget.ts";

/**
 * Why a request that is in order is not taken now. From the first to the last, each of these is met only when the one
 * before it did not help: who holds more than others goes first, then everybody is slowed down, then nobody is taken.
 */
export type ShedReason = NoRoom | "queue_soft" | "queue_full" | "store_away";

interface Shed {
  readonly status: 429 | 503;
  readonly retryAfterSeconds: number;
  readonly message: string;
}

/** What its sender is told; every one of these answers lets an OTLP client send the same request again. */
export const sheds: Readonly<Record<ShedReason, Shed>> = {
  client_share: {
    status: 429,
    retryAfterSeconds: 1,
    message: "This client holds more than its share of http.inFlightBytesMax; send again later.",
  },
  in_flight: {
    status: 429,
    retryAfterSeconds: 1,
    message: "Too many bytes are being received at once (http.inFlightBytesMax); send again later.",
  },
  queue_soft: {
    status: 429,
    retryAfterSeconds: 2,
    message: "The store is behind (http.queueSoftBytesMax); send again later.",
  },
  queue_full: {
    status: 503,
    retryAfterSeconds: 5,
    message: "The store is behind (http.queueBytesMax); nothing of this request was taken.",
  },
  store_away: {
    status: 503,
    retryAfterSeconds: 10,
    message: "The store does not answer; nothing of this request was taken.",
  },
};

/** Whether a refusal is one for lack of room alone. */
export function isShed(reason: string): reason is ShedReason {
  return Object.hasOwn(sheds, reason);
}
