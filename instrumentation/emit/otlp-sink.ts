import type { IncomingMessage } from "node:http";
import * as http from "node:http";
import * as https from "node:https";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { unseen } from "./unseen.ts";
import type { LeavingSpan } from "./leaving.ts";
import type { Sent, SpanSink } from "./sink.ts";

export interface OtlpOptions {
  /** Where traces go, for example http://127.0.0.1:4318/v1/traces. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Certificates to trust in place of the system's, PEM. */
  readonly ca?: string;
}

/** What the receiver said to a batch. */
interface Answer {
  readonly status: number;
  readonly reason: string | undefined;
  readonly answer: Uint8Array;
}

/** An answer is read up to here; a receiver has nothing to say that is longer. */
const answerBytesMax = 64 * 1024;
const pack = promisify(gzip);

/**
 * Sends spans by OTLP over HTTP, protobuf, gzip. The library's own exporter holds the process open while it waits to
 * try again, and tries again by itself; here a batch is tried once, and its sockets hold nothing open.
 */
export function otlpSink({ url, headers, timeoutMs, ca }: OtlpOptions): SpanSink {
  const target = new URL(url);
  const { Agent, request } = target.protocol === "https:" ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 2, ...(ca === undefined ? {} : { ca }) });
  let trouble: string | undefined;

  async function send(spans: readonly LeavingSpan[]): Promise<Sent> {
    try {
      // Not before it is needed: it takes longer to load than all of ours.
      const { encodeTraces, rejectedIn } = await import("./otlp-encode.ts");
      const body = encodeTraces(spans);
      if (body === undefined) return "refused";
      const { status, reason, answer } = await post(await pack(body));
      trouble = reason ?? rejectedIn(answer);
      return outcomeOf(status);
    } catch (error) {
      trouble = `cannot reach ${target.origin}: ${reasonOf(error)}`;
      return "later";
    }
  }

  function post(body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(target, {
        method: "POST",
        agent,
        headers: {
          ...headers,
          "content-type": "application/x-protobuf",
          "content-encoding": "gzip",
          "content-length": body.byteLength,
        },
      });
      const timer = setTimeout(
        () => sent.destroy(new Error(`no answer within ${String(timeoutMs)} ms`)),
        timeoutMs,
      );
      timer.unref();
      sent.on("socket", (socket) => socket.unref());
      sent.on("close", () => clearTimeout(timer));
      sent.on("error", reject);
      sent.on("response", (answer) => {
        readAnswer(answer).then((bytes) => resolve({ ...verdictOf(answer), answer: bytes }), reject);
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
  };
}

/** The body of an answer; of one that is too long, nothing. */
async function readAnswer(answer: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += (chunk as Buffer).byteLength;
    if (bytes > answerBytesMax) return new Uint8Array();
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function verdictOf({ statusCode = 0, statusMessage = "" }: IncomingMessage): Omit<Answer, "answer"> {
  const isFine = statusCode >= 200 && statusCode < 300;
  return {
    status: statusCode,
    reason: isFine ? undefined : `the receiver answers ${String(statusCode)} ${statusMessage.slice(0, 100)}`,
  };
}

/** What is wrong with the spans stays so; everything else may pass: a token may be renewed, a receiver come back. */
function outcomeOf(status: number): Sent {
  if (status >= 200 && status < 300) return "sent";
  return status === 400 || status === 413 || status === 415 || status === 422 ? "refused" : "later";
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  return "code" in error && typeof error.code === "string" ? error.code : error.message.slice(0, 200);
}
