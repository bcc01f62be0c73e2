import type { OutboxAlert } from "../stream/ports.ts";
import type { DestinationSettings } from "./settings.ts";

/** One HTTP request, ready to be sent. */
export interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A kind of place that alerts go to. Pure: the same alert at the same instant gives the same request. Sending, retries,
 * limits and counters live once, in `deliver`.
 */
export interface Destination {
  readonly id: string;
  toRequest(alert: OutboxAlert, settings: DestinationSettings, nowMs: number): HttpRequest;
}
