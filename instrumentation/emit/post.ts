import type { IncomingMessage } from "node:http";
import * as http from "node:http";
import * as https from "node:https";
import { pauseAsked } from "./retry-after.ts";

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** PEM: certificates to trust in place of the system's, and what proves who we are. */
  readonly tls: Tls;
}

interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What a receiver said. */
interface Answer {
  readonly status: number;
  /** What is wrong, in a sentence; undefined when nothing is. */
  readonly reason: string | undefined;
  /** How long it asks to be left alone. */
  readonly pauseMs: number | undefined;
  /** Empty where it is too long, or broke off. */
  readonly body: Uint8Array;
}

/** Posts to one place, over connections that are kept and hold nothing open. */
export interface Poster {
  /** Rejects when there was no answer in time. Tries once. `to`: another path of the same place. */
  post(body: Uint8Array, headers: Readonly<Record<string, string>>, to?: URL): Promise<Answer>;
  close(): void;
}

/** An answer is read up to here; a receiver has nothing to say that is longer. */
const answerBytesMax = 64 * 1024;
const nothing = new Uint8Array();

export function poster(target: URL, { headers, timeoutMs, tls }: PostOptions): Poster {
  const { Agent, request } = target.protocol === "https:" ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 2, ...tls });

  function post(body: Uint8Array, more: Readonly<Record<string, string>>, to = target): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(to, {
        method: "POST",
        agent,
        headers: { ...headers, ...more, "content-length": body.byteLength },
      });
      const late = (): void => void sent.destroy(new Error(`no answer within ${String(timeoutMs)} ms`));
      const timer = setTimeout(late, timeoutMs);
      timer.unref();
      sent.on("socket", (socket) => socket.unref());
      // The status says what became of the spans; a text behind it that breaks off or never ends says nothing more.
      let answer: IncomingMessage | undefined;
      const over = (error: Error): void =>
        answer === undefined ? reject(error) : resolve(answerOf(answer, nothing));
      sent.on("error", over);
      // Whatever a receiver does, there is an end to it: an upgrade, for example, gives neither answer nor error.
      sent.on("close", () => {
        clearTimeout(timer);
        // What was read by now is being told.
        if (answer?.complete !== true) over(new Error("the connection was closed"));
      });
      sent.on("response", (response) => {
        answer = response;
        read(response).then((bytes) => resolve(answerOf(response, bytes)), over);
      });
      sent.end(body);
    });
  }

  return { post, close: () => agent.destroy() };
}

async function read(answer: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.byteLength;
    if (bytes > answerBytesMax) return nothing;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function answerOf(
  { statusCode = 0, statusMessage = "", headers }: IncomingMessage,
  body: Uint8Array,
): Answer {
  const isFine = statusCode >= 200 && statusCode < 300;
  return {
    status: statusCode,
    reason: isFine ? undefined : `the receiver answers ${String(statusCode)} ${statusMessage.slice(0, 100)}`,
    pauseMs: isFine ? undefined : pauseAsked(headers["retry-after"]),
    body,
  };
}
