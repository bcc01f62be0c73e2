import type { IncomingMessage, ServerResponse } from "node:http";

/** Largest body of a request to the API. */
const bodyBytesMax = 4 * 1024 * 1024;

/** What a route answers: a value as JSON, or text. */
export type Reply = { readonly status: number; readonly json: unknown } | { readonly status: number; readonly text: string };

export const ok = (json: unknown): Reply => ({ status: 200, json });
export const problem = (status: number, error: string): Reply => ({ status, json: { error } });

export function sendReply(res: ServerResponse, reply: Reply): void {
  const isJson = "json" in reply;
  const body = isJson ? `${JSON.stringify(reply.json)}\n` : reply.text;
  res.writeHead(reply.status, {
    "content-type": isJson ? "application/json" : "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  res.end(body);
}

/** The JSON body of a request; undefined when it isn't JSON or is too large to be a request of ours. */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}
