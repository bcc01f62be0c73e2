import type { Consumer } from "kafkajs";
import type { Clock } from "../clock.ts";

/**
 * Knows when a member may have been given up by its group. The broker counts from when it heard of the member last, which
 * is later than when that request was sent; so a process that slept longer than the session knows it on waking, before
 * any answer arrives.
 */
export function pulseOf(
  consumer: Consumer,
  { sessionTimeoutMs }: { readonly sessionTimeoutMs: number },
  clock: Clock,
): { isSilent(): boolean } {
  let sentMs = clock.elapsedMs();
  let heardMs = sentMs;
  consumer.on(consumer.events.REQUEST, ({ payload }) => {
    if (payload.apiName === "Heartbeat" || payload.apiName === "SyncGroup")
      sentMs = clock.elapsedMs() - payload.duration;
  });
  // These two come after the request of the same name, and only when the group has answered that it knows the member.
  const heard = (): void => {
    heardMs = sentMs;
  };
  consumer.on(consumer.events.HEARTBEAT, heard);
  consumer.on(consumer.events.GROUP_JOIN, heard);
  return { isSilent: () => clock.elapsedMs() - heardMs > sessionTimeoutMs };
}
