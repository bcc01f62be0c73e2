import type { ControlRecord } from "../../schemas/index.ts";
import type { Clock } from "../clock.ts";
import { errorCode } from "../error-code.ts";
import type { Log } from "../log.ts";
import { nextStep } from "./next-step.ts";
import type {
  Ask,
  AskState,
  PendingAsk,
  RevocationAttempt,
  RevocationHook,
  RevocationOutbox,
} from "./revocation-ports.ts";

export interface RevokeOptions {
  readonly outbox: RevocationOutbox;
  readonly hooks: readonly RevocationHook[];
  /** What the log of standings says of an answer by now. */
  readonly stateOf: (ask: Ask) => Promise<AskState>;
  /** Tells everybody that a credential is no good any more. */
  readonly tell: (record: ControlRecord) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborting it stops gracefully: what is on its way is finished and recorded, nothing new is begun. */
  readonly signal: AbortSignal;
  /** Told of each attempt that was recorded. */
  readonly onAttempt?: (attempt: RevocationAttempt) => void;
  readonly pollMs?: number;
}

/** Looked at in one go by a hook. */
const pendingMax = 100;

/**
 * Has credentials revoked where they were issued, until stopped or until a newer one took over; says which. Each hook has a loop
 * of its own. An attempt is recorded after its answer: a crash in between asks again under the same id.
 */
export async function revokeCredentials(options: RevokeOptions): Promise<"stopped" | "fenced"> {
  const generation = await untilItWorks(options, () => options.outbox.claim());
  if (generation === undefined) return "stopped";
  const ends = await Promise.all(options.hooks.map((hook) => serve(options, hook, generation)));
  return ends.includes("fenced") ? "fenced" : "stopped";
}

async function serve(
  options: RevokeOptions,
  hook: RevocationHook,
  generation: number,
): Promise<"stopped" | "fenced"> {
  const { outbox, clock, signal, pollMs = 250 } = options;
  while (!signal.aborted) {
    const pending = await untilItWorks(options, () => outbox.pending(hook.name, pendingMax));
    const due = (pending ?? []).filter((one) => one.nextAtMs <= clock.nowMs());
    for (const one of due) {
      if (signal.aborted) return "stopped";
      const owns = await untilItWorks(options, () => outbox.owns(generation));
      if (owns === false) return "fenced";
      if (owns === true) await tryOnce(options, hook, one);
    }
    await clock.sleep(pollMs, signal);
    if (!signal.aborted && due.length === 0) {
      if ((await untilItWorks(options, () => outbox.owns(generation))) === false) return "fenced";
    }
  }
  return "stopped";
}

async function tryOnce(options: RevokeOptions, hook: RevocationHook, pending: PendingAsk): Promise<void> {
  const { clock, outbox, log, onAttempt } = options;
  const { ask } = pending;
  const attempt = pending.attempts + 1;
  const askedAtMs = clock.nowMs();
  const record = async (
    result: Pick<RevocationAttempt, "outcome" | "verified" | "status" | "error" | "nextAtMs">,
  ): Promise<void> => {
    const made = { ask, hook: hook.name, attempt, askedAtMs, doneAtMs: clock.nowMs(), ...result };
    await untilItWorks(options, () => outbox.record(made));
    onAttempt?.(made);
  };
  const skip = (error: string): Promise<void> =>
    record({ outcome: "skipped", verified: false, status: 0, error, nextAtMs: 0 });
  if (!hook.matches(ask)) return skip("not for this hook");
  const state = await untilItWorks(options, () => options.stateOf(ask));
  // Its entry has not arrived here yet; it is looked at again.
  if (state === undefined || state === "unknown") return;
  if (state === "held_back") return skip("held back by the safeguards");
  if (state === "undone") return skip("a person took it back before");
  const answer = await asked(hook, ask, askedAtMs);
  const fields = {
    credential: ask.credentialId,
    hook: hook.name,
    attempt,
    verified: String(answer.verified),
  };
  if (answer.isRevoked) {
    const { tenant, credentialId, reason } = ask;
    const atUs = clock.nowMs() * 1000;
    const told: ControlRecord = {
      kind: "credential_revoked",
      tenant,
      author: `revocation:${hook.name}`,
      atUs,
      credentialId,
      reason,
    };
    await untilItWorks(options, () => options.tell(told));
    log("info", "a credential was revoked", fields);
    const { verified, status } = answer;
    return record({ outcome: "revoked", verified, status, error: "", nextAtMs: 0 });
  }
  const { status, error, retryAfter } = answer;
  const next = nextStep(
    status < 200 || status > 299
      ? status === 0
        ? { kind: "failed", reason: error }
        : { kind: "answered", status, retryAfter }
      : { kind: "failed", reason: error },
    attempt,
    clock.nowMs(),
  );
  const outcome = next.outcome === "failed" ? "failed" : "abandoned";
  log(outcome === "failed" ? "warn" : "error", "a credential was not revoked", { ...fields, reason: error });
  return record({ ...next, outcome, verified: false, status });
}

async function asked(hook: RevocationHook, ask: Ask, nowMs: number): ReturnType<RevocationHook["revoke"]> {
  try {
    return await hook.revoke(ask, nowMs);
  } catch {
    // The error's text is not repeated: it may quote the secret that could not be used.
    const error = "the request could not be made";
    return { isRevoked: false, verified: false, status: 0, error, retryAfter: undefined };
  }
}

/** Repeats an idempotent call until it succeeds; undefined when stopped before it did. */
async function untilItWorks<T>(
  { clock, log, signal, pollMs = 250 }: RevokeOptions,
  call: () => Promise<T>,
): Promise<T | undefined> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      log("error", "what is to be revoked could not be read or recorded", {
        reason: errorCode(error) ?? "unknown",
      });
    }
    if (signal.aborted) return undefined;
    await clock.sleep(pollMs, signal);
  }
}
