import { Alert, Severity } from "../../schemas/index.ts";
import type { Clock } from "../clock.ts";
import { errorCode } from "../error-code.ts";
import type { Log } from "../log.ts";
import type { OutboxAlert } from "../stream/ports.ts";
import type { Destination } from "./destination.ts";
import { nextStep } from "./next-step.ts";
import type { DeliveryAttempt, Outbox, PendingAlert } from "./ports.ts";
import type { HttpAnswer, Send } from "./sender.ts";
import type { DestinationSettings } from "./settings.ts";

export interface DeliverOptions {
  readonly outbox: Outbox;
  readonly destinations: readonly Destination[];
  readonly settings: readonly DestinationSettings[];
  readonly send: Send;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborting it stops gracefully: what is on its way is finished and recorded, nothing new is begun. */
  readonly signal: AbortSignal;
  /** Told of each attempt that was recorded; the place to count. */
  readonly onAttempt?: (attempt: DeliveryAttempt) => void;
  readonly pollMs?: number;
}

/** Alerts looked at in one go. When all of them are waiting, more are asked for, so that they do not hide newer ones. */
const pendingMin = 100;
const pendingMax = 10_000;

/**
 * Delivers what is in the outbox until stopped, or until a newer sender took the outbox over; says which. Each
 * destination has a loop of its own, so a slow one holds up nobody else. An attempt is recorded after its answer: a crash
 * in between sends the alert again under the same id, and never loses it.
 */
export async function deliver(options: DeliverOptions): Promise<"stopped" | "fenced"> {
  const lanes = options.settings.map((settings) => ({
    settings,
    destination: destinationFor(options, settings),
  }));
  const generation = await untilItWorks(options, "claim the outbox", () => options.outbox.claim());
  if (generation === undefined) return "stopped";
  const ends = await Promise.all(lanes.map((lane) => serve(options, lane, generation)));
  return ends.includes("fenced") ? "fenced" : "stopped";
}

/** One configured destination and the code that knows its kind. */
interface Lane {
  readonly settings: DestinationSettings;
  readonly destination: Destination;
}

function destinationFor({ destinations }: DeliverOptions, { name, kind }: DestinationSettings): Destination {
  const found = destinations.find((one) => one.id === kind);
  if (found !== undefined) return found;
  const known = destinations.map((one) => one.id).join(", ");
  throw new Error(`alert destination ${name}: there is no kind ${kind}, only ${known}`);
}

async function serve(options: DeliverOptions, lane: Lane, generation: number): Promise<"stopped" | "fenced"> {
  const { outbox, clock, signal, pollMs = 1000 } = options;
  const { name } = lane.settings;
  const owned = (): Promise<boolean | undefined> =>
    untilItWorks(options, "read the outbox's generation", () => outbox.owns(generation));
  let limit = pendingMin;
  while (!signal.aborted) {
    const pending = await untilItWorks(options, "read the outbox", () => outbox.pending(name, limit));
    const due = (pending ?? []).map(nextTry).filter((one) => one.atMs <= clock.nowMs());
    for (const { alert, attempt } of due) {
      if (signal.aborted) return "stopped";
      const owns = await owned();
      if (owns === false) return "fenced";
      if (owns === true) await tryOnce(options, lane, { alert, attempt });
    }
    const allWait = due.length === 0 && pending?.length === limit;
    limit = allWait ? Math.min(limit * 2, pendingMax) : pendingMin;
    if (due.length > 0) continue;
    await clock.sleep(pollMs, signal);
    // Also checked when idle, so that a replaced sender goes away without waiting for an alert.
    if (!signal.aborted && (await owned()) === false) return "fenced";
  }
  return "stopped";
}

/** The try that comes next. */
interface Try {
  readonly alert: OutboxAlert;
  readonly attempt: number;
}

function nextTry({ alert, lastAttempt }: PendingAlert): Try & { readonly atMs: number } {
  return { alert, attempt: (lastAttempt?.attempt ?? 0) + 1, atMs: lastAttempt?.nextAtMs ?? 0 };
}

async function tryOnce(options: DeliverOptions, lane: Lane, { alert, attempt }: Try): Promise<void> {
  const { outbox, clock, log, onAttempt } = options;
  const { settings } = lane;
  const unwanted = whyNot(alert, settings);
  const step =
    unwanted === undefined
      ? nextStep(await sendOne(options, lane, alert), attempt, clock.nowMs())
      : ({ outcome: "abandoned", status: 0, error: unwanted, nextAtMs: 0 } as const);
  const done = {
    alertId: alert.id,
    tenant: alert.tenant,
    destination: settings.name,
    attempt,
    atMs: clock.nowMs(),
    ...step,
  };
  // Asked again until it is stored, as otherwise the receiver would get the alert once more; a crash here costs just that.
  await untilItWorks(options, "record a delivery", () => outbox.record([done]));
  if (unwanted === belowSeverity) return;
  onAttempt?.(done);
  if (done.outcome === "delivered") return;
  const fields = { alert: alert.id, destination: settings.name, attempt, reason: done.error };
  if (done.outcome === "failed") log("warn", "alert not delivered, will be tried again", fields);
  else log("error", "alert given up", fields);
}

const belowSeverity = "below the destination's severity";

/** Why the alert is not for this destination; undefined when it is. */
function whyNot(alert: OutboxAlert, settings: DestinationSettings): string | undefined {
  const body = bodyOf(alert);
  if (body === undefined) return "the body is not an alert";
  const rank = Severity.options;
  return rank.indexOf(body.data.severity) < rank.indexOf(settings.minSeverity) ? belowSeverity : undefined;
}

function bodyOf(alert: OutboxAlert): Alert | undefined {
  try {
    return Alert.safeParse(JSON.parse(alert.body)).data;
  } catch {
    return undefined;
  }
}

async function sendOne({ send, clock }: DeliverOptions, lane: Lane, alert: OutboxAlert): Promise<HttpAnswer> {
  try {
    return await send(lane.destination.toRequest(alert, lane.settings, clock.nowMs()));
  } catch {
    // The error's text is not repeated: it may quote the secret that could not be used.
    return { kind: "failed", reason: "the request could not be made" };
  }
}

/** Repeats an idempotent call to the store until it succeeds; undefined when stopped before it did. */
async function untilItWorks<T>(
  { clock, log, signal, pollMs = 1000 }: DeliverOptions,
  what: string,
  call: () => Promise<T>,
): Promise<T | undefined> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      // The code alone: a store's message may quote the rows it was given.
      log("error", `could not ${what}`, { reason: errorCode(error) ?? "unknown" });
    }
    if (signal.aborted) return undefined;
    await clock.sleep(pollMs, signal);
  }
}
