import { gzipSync } from "node:zlib";
import type { Clock } from "../clock.ts";
import { errorCode } from "../error-code.ts";
import { retryAfterMs } from "../retry-after.ts";
import { decodeResponse, encodeSpans } from "./otlp.ts";
import type { ReplayTarget, Taken } from "./target.ts";

export interface HttpTargetOptions {
  /** Of the receiver, for example http://127.0.0.1:4318/v1/traces. */
  readonly url: string;
  readonly clock: Clock;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long one batch is tried before the replay ends with an error. */
  readonly giveUpAfterMs?: number;
  readonly requestTimeoutMs?: number;
}

/** Statuses after which OTLP/HTTP lets a client try again. */
const retryable = new Set([429, 502, 503, 504]);
const firstWaitMs = 250;
const waitMaxMs = 10_000;
/** A batch under way when the replay is to stop may be answered for this long, so that it is noted and not sent again. */
const lastAnswerMs = 3_000;

type Attempt =
  | { readonly kind: "taken"; readonly taken: Taken }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "again"; readonly reason: string; readonly afterMs: number | undefined };

/** Sends batches as OTLP/HTTP protobuf with gzip, and waits as the receiver asks. */
export function httpTarget(options: HttpTargetOptions): ReplayTarget {
  const { url, clock, giveUpAfterMs = 300_000 } = options;
  const { origin, pathname } = new URL(url);
  const name = origin + pathname;
  return {
    name,
    send: async (spans, signal) => {
      const body = gzipSync(encodeSpans(spans));
      const startedMs = clock.nowMs();
      for (let wait = firstWaitMs; ; wait = Math.min(wait * 2, waitMaxMs)) {
        const attempt = await tryOnce(options, body, signal);
        if (attempt.kind === "taken") return attempt.taken;
        signal?.throwIfAborted();
        if (attempt.kind === "refused") throw new Error(`${name} refused the spans: ${attempt.reason}`);
        const pauseMs = attempt.afterMs ?? wait;
        const spentMs = clock.nowMs() - startedMs;
        if (spentMs + pauseMs > giveUpAfterMs) {
          throw new Error(`gave up on ${name} after ${Math.round(spentMs / 1000)} s: ${attempt.reason}`);
        }
        await clock.sleep(pauseMs, signal);
        signal?.throwIfAborted();
      }
    },
  };
}

async function tryOnce(
  options: HttpTargetOptions,
  body: Uint8Array<ArrayBuffer>,
  signal?: AbortSignal,
): Promise<Attempt> {
  const { url, headers = {}, clock, requestTimeoutMs = 30_000 } = options;
  const cut = new AbortController();
  const answered = new AbortController();
  const stopping = async (): Promise<void> => {
    await clock.sleep(lastAnswerMs, answered.signal);
    cut.abort(signal?.reason);
  };
  const onStop = (): void => void stopping();
  if (signal?.aborted === true) onStop();
  signal?.addEventListener("abort", onStop, { once: true });
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { ...headers, "content-type": "application/x-protobuf", "content-encoding": "gzip" },
      body,
      redirect: "error",
      signal: AbortSignal.any([cut.signal, AbortSignal.timeout(requestTimeoutMs)]),
    });
    const answer = new Uint8Array(await response.arrayBuffer());
    if (response.ok) return { kind: "taken", taken: takenOf(response, answer) };
    const reason = `HTTP ${response.status}`;
    if (!retryable.has(response.status)) return { kind: "refused", reason };
    return {
      kind: "again",
      reason,
      afterMs: retryAfterMs(response.headers.get("retry-after") ?? undefined, clock.nowMs()),
    };
  } catch (error) {
    return { kind: "again", reason: networkReason(error), afterMs: undefined };
  } finally {
    answered.abort();
    signal?.removeEventListener("abort", onStop);
  }
}

/** A success in another format than we sent says no more than that it was one. */
function takenOf(response: Response, answer: Uint8Array): Taken {
  const isProtobuf = response.headers.get("content-type")?.startsWith("application/x-protobuf") === true;
  return isProtobuf ? decodeResponse(answer) : { rejected: 0, message: "" };
}

/** fetch hides the code that says what happened one level down. */
function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return errorCode(error) ?? "network error";
  if (error.name === "TimeoutError") return "no answer in time";
  return errorCode(error.cause) ?? error.message;
}
