import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../clock.ts";
import { contentTypes, type Encoding, statusResponse } from "./otlp-response.ts";

/** What is sent back. */
export interface Answer {
  readonly status: number;
  readonly encoding: Encoding;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How long a sender that is refused may go on sending before the connection is cut. */
const lingerMs = 2000;

/** A failure with its sentence, and what the sender should do as headers. */
export function failure(
  status: number,
  message: string,
  {
    encoding = "otlp_json",
    headers = {},
  }: { encoding?: Encoding; headers?: Readonly<Record<string, string>> } = {},
): Answer {
  return { status, encoding, body: statusResponse(encoding, status, message), headers };
}

/**
 * Sends an answer. A body that was not read to its end is let run into nothing for a moment before the connection
 * closes: closing at once would reset it, and the sender would see "connection reset" in place of what is wrong.
 */
export async function sendAnswer(
  req: IncomingMessage,
  res: ServerResponse,
  answer: Answer,
  clock: Clock,
): Promise<void> {
  if (res.headersSent || res.destroyed) return;
  const headers = {
    ...answer.headers,
    "content-type": contentTypes[answer.encoding],
    "content-length": answer.body.length,
    "x-content-type-options": "nosniff",
  };
  if (req.complete || !hasBody(req)) {
    res.writeHead(answer.status, headers).end(answer.body);
    return;
  }
  res.writeHead(answer.status, { ...headers, connection: "close" }).write(answer.body);
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  req.once("end", leave).once("close", leave).resume();
  await clock.sleep(lingerMs, gone.signal);
  res.end();
}

function hasBody(req: IncomingMessage): boolean {
  return req.headers["transfer-encoding"] !== undefined || Number(req.headers["content-length"] ?? 0) > 0;
}
