import type { IncomingMessage } from "node:http";
import * as http from "node:http";
import * as https from "node:https";
import { promisify } from "node:util";
import { isNativeError } from "node:util/types";
import { gzip } from "node:zlib";
import type { LeavingSpan } from "./leaving.ts";
import { pauseAsked } from "./retry-after.ts";
import type { Sent, SpanSink } from "./sink.ts";
import { unseen } from "./unseen.ts";

export interface OtlpOptions {
  /** Where traces go, for example http://127.0.0.1:4318/v1/traces. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly compression: "gzip" | "none";
  /** PEM: certificates to trust in place of the system's, and what proves who we are. */
  readonly tls: Tls;
}

export interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** An answer is read up to here; a receiver has nothing to say that is longer. */
const answerBytesMax = 64 * 1024;
const pack = promisify(gzip);
/** Spans repeat themselves so much that more effort costs far more than it saves. */
const gzipped = (body: Uint8Array): Promise<Buffer> => pack(body, { level: 1 });

/** What a receiver said. */
interface Answer {
  readonly status: number;
  readonly reason: string | undefined;
  readonly pauseMs: number | undefined;
}

/**
 * Sends spans by OTLP over HTTP, in protobuf. The library's own exporter holds the process open while it waits to
 * try again, and tries again by itself; here a batch is tried once, and its sockets hold nothing open.
 *
 * @throws {TypeError} the address is none.
 */
export function otlpSink({ url, headers, timeoutMs, compression, tls }: OtlpOptions): SpanSink {
  const target = new URL(url);
  const { Agent, request } = target.protocol === "https:" ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 2, ...tls });
  let trouble: string | undefined;
  let pauseMs: number | undefined;

  async function send(spans: readonly LeavingSpan[]): Promise<Sent> {
    const body = await bodyOf(spans);
    if (body === undefined) {
      trouble = "spans could not be encoded";
      return "refused";
    }
    try {
      const answer = await post(compression === "gzip" ? await gzipped(body) : body);
      trouble = answer.reason;
      pauseMs = answer.pauseMs;
      return outcomeOf(answer.status);
    } catch (error) {
      trouble = `cannot reach ${target.origin}: ${reasonOf(error)}`;
      pauseMs = undefined;
      return "later";
    }
  }

  function post(body: Uint8Array): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(target, {
        method: "POST",
        agent,
        headers: {
          ...headers,
          "content-type": "application/x-protobuf",
          ...(compression === "gzip" && { "content-encoding": "gzip" }),
          "content-length": body.byteLength,
        },
      });
      const late = (): void => void sent.destroy(new Error(`no answer within ${String(timeoutMs)} ms`));
      const timer = setTimeout(late, timeoutMs);
      timer.unref();
      sent.on("socket", (socket) => socket.unref());
      // The status says what became of the spans; a text behind it that breaks off or never ends says nothing more.
      let answer: IncomingMessage | undefined;
      const over = (error: Error): void => (answer === undefined ? reject(error) : resolve(answerOf(answer)));
      sent.on("error", over);
      // Whatever a receiver does, there is an end to it: an upgrade, for example, gives neither answer nor error.
      sent.on("close", () => {
        clearTimeout(timer);
        over(new Error("the connection was closed"));
      });
      sent.on("response", (response) => {
        answer = response;
        drain(response).then(() => resolve(answerOf(response)), over);
      });
      sent.end(body);
    });
  }

  return {
    // A name and a password in the address stay out of what is shown.
    name: `${target.origin}${target.pathname}`,
    send: (spans) => unseen(() => send(spans)),
    get trouble() {
      return trouble;
    },
    get pauseMs() {
      return pauseMs;
    },
    close: () => agent.destroy(),
  };
}

let encoder: Promise<typeof import("./otlp-encode.ts")> | undefined;

/** Undefined when they can't be encoded, which would be so each time. */
async function bodyOf(spans: readonly LeavingSpan[]): Promise<Uint8Array | undefined> {
  try {
    // Not before it is needed: it takes longer to load than all of ours.
    const { encodeTraces } = await (encoder ??= import("./otlp-encode.ts"));
    return encodeTraces(spans);
  } catch {
    return undefined;
  }
}

async function drain(answer: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += Buffer.isBuffer(chunk) ? chunk.byteLength : 0;
    if (bytes > answerBytesMax) return;
  }
}

function answerOf({ statusCode = 0, statusMessage = "", headers }: IncomingMessage): Answer {
  const isFine = statusCode >= 200 && statusCode < 300;
  return {
    status: statusCode,
    reason: isFine ? undefined : `the receiver answers ${String(statusCode)} ${statusMessage.slice(0, 100)}`,
    pauseMs: isFine ? undefined : pauseAsked(headers["retry-after"]),
  };
}

/** What is wrong with the spans stays so; everything else may pass: a token may be renewed, a receiver come back. */
function outcomeOf(status: number): Sent {
  if (status >= 200 && status < 300) return "sent";
  return status === 400 || status === 413 || status === 415 || status === 422 ? "refused" : "later";
}

function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return "unknown error";
  return "code" in error && typeof error.code === "string" ? error.code : error.message.slice(0, 200);
}
