import { request as requestHttp, type ClientRequest, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { errorCode } from "../error-code.ts";
import type { HttpRequest } from "./destination.ts";

/** What came back of one request; `failed` when there was no answer. */
export type HttpAnswer =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly retryAfter: string | undefined;
      /** What was read of the answer, of a sender that keeps it; never to be stored or logged. */
      readonly body?: string;
    }
  | { readonly kind: "failed"; readonly reason: string };

/** Performs one request; never rejects. */
export type Send = (request: HttpRequest) => Promise<HttpAnswer>;

export interface SendLimits {
  /** From the start of the connection to the end of the answer. */
  readonly totalMs: number;
  /** More of an answer's body than this is not read: the connection is closed, the status counts. */
  readonly bodyBytesMax: number;
  /** Whether the body is given with the answer; otherwise nothing of it is held. */
  readonly keepsBody?: boolean;
}

/** Limits of a sender that is asked for what was answered. */
export const bodyLimits: SendLimits = { totalMs: 15_000, bodyBytesMax: 64 * 1024, keepsBody: true };

const defaultLimits: SendLimits = { totalMs: 15_000, bodyBytesMax: 64 * 1024 };

/**
 * A sender on node:http and node:https, because the global fetch follows proxies and agents that we do not control.
 * It follows no redirect: a 3xx is an answer like any other, and not a success.
 *
 * @example
 * const answer = await sender()({ url: "https://pager.acme.example/hook", headers: {}, body: "{}" });
 */
export function sender(limits: SendLimits = defaultLimits): Send {
  return (request) =>
    new Promise((resolve) => {
      let answer: HttpAnswer | undefined;
      const outgoing = open(request);
      const finish = (otherwise: string): void => {
        clearTimeout(deadline);
        outgoing.destroy();
        resolve(answer ?? { kind: "failed", reason: otherwise });
      };
      const deadline = setTimeout(() => finish("timed out"), limits.totalMs);
      // The code alone: a message may quote the URL, and a URL may hold a secret.
      outgoing.on("error", (error) => finish(errorCode(error) ?? "connection failed"));
      outgoing.on("response", (incoming) => {
        const answered = answerOf(incoming);
        answer = answered;
        const parts: Buffer[] = [];
        const keep = limits.keepsBody === true ? (part: Buffer) => parts.push(part) : undefined;
        drain(incoming, limits.bodyBytesMax, keep, () => {
          if (keep !== undefined) answer = { ...answered, body: Buffer.concat(parts).toString("utf8") };
          finish("closed");
        });
      });
      outgoing.end(request.body);
    });
}

function open({ url, headers, body }: HttpRequest): ClientRequest {
  const start = url.startsWith("https:") ? requestHttps : requestHttp;
  // One connection a request: alerts are rare, and a pooled connection that went stale would cost an attempt.
  return start(url, {
    method: "POST",
    agent: false,
    headers: { ...headers, "content-length": String(Buffer.byteLength(body)) },
  });
}

function answerOf(incoming: IncomingMessage): HttpAnswer & { readonly kind: "answered" } {
  return {
    kind: "answered",
    status: incoming.statusCode ?? 0,
    retryAfter: incoming.headers["retry-after"],
  };
}

/** Reads the body to its end or to the cap, so that a well-behaved receiver is not cut off in the middle of its answer. */
function drain(
  incoming: IncomingMessage,
  bytesMax: number,
  keep: ((part: Buffer) => void) | undefined,
  done: () => void,
): void {
  let bytes = 0;
  incoming.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bytesMax) done();
    else keep?.(chunk);
  });
  incoming.on("end", done);
  incoming.on("error", done);
}
