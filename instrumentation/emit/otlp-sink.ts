import { promisify } from "node:util";
import { isNativeError } from "node:util/types";
import { gzip } from "node:zlib";
import type { LeavingSpan } from "./leaving.ts";
import { unseen } from "../scope/unseen.ts";
import { poster, type PostOptions } from "./post.ts";
import type { Sent, SpanSink } from "./sink.ts";

export interface OtlpOptions extends PostOptions {
  /** Where traces go, for example http://127.0.0.1:4318/v1/traces. */
  readonly url: string;
  readonly compression: "gzip" | "none";
}

const pack = promisify(gzip);
/** Spans repeat themselves so much that more effort costs far more than it saves. */
const gzipped = (body: Uint8Array): Promise<Uint8Array> => pack(body, { level: 1 });
const protobuf = { "content-type": "application/x-protobuf" };
const packed = { ...protobuf, "content-encoding": "gzip" };

/**
 * Sends spans by OTLP over HTTP, in protobuf. The library's own exporter holds the process open while it waits to
 * try again, and tries again by itself; here a batch is tried once, and its sockets hold nothing open.
 *
 * @throws {TypeError} the address is none.
 */
export function otlpSink({ url, compression, ...options }: OtlpOptions): SpanSink {
  const target = new URL(url);
  const receiver = poster(target, options);
  let trouble: string | undefined;
  let pauseMs: number | undefined;

  async function send(spans: readonly LeavingSpan[]): Promise<Sent> {
    const { encodeTraces, rejectedIn } = await encoding();
    const body = encoded(encodeTraces, spans);
    if (body === undefined) {
      trouble = "spans could not be encoded";
      return "refused";
    }
    try {
      const answer = await (compression === "gzip"
        ? receiver.post(await gzipped(body), packed)
        : receiver.post(body, protobuf));
      trouble = answer.reason ?? rejectedIn(answer.body);
      pauseMs = answer.pauseMs;
      return outcomeOf(answer.status);
    } catch (error) {
      trouble = `cannot reach ${target.origin}: ${reasonOf(error)}`;
      pauseMs = undefined;
      return "later";
    }
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
    close: () => receiver.close(),
  };
}

type Encoding = typeof import("./otlp-encode.ts");
let loaded: Promise<Encoding> | undefined;

/** Not loaded before it is needed: it takes longer than all of ours. */
function encoding(): Promise<Encoding> {
  loaded ??= import("./otlp-encode.ts");
  return loaded;
}

/** Undefined when they can't be encoded, which would be so each time. */
function encoded(
  encodeTraces: Encoding["encodeTraces"],
  spans: readonly LeavingSpan[],
): Uint8Array | undefined {
  try {
    return encodeTraces(spans);
  } catch {
    return undefined;
  }
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
