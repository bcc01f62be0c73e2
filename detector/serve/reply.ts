import type { IncomingMessage, ServerResponse } from "node:http";

/** Largest body of a request to the API. */
const bodyBytesMax = 4 * 1024 * 1024;

/** What a route answers: a value as JSON, or text. */
export type Reply =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly text: string; readonly type?: string };

export const ok = (json: unknown): Reply => ({ status: 200, json });
export const problem = (status: number, error: string): Reply => ({ status, json: { error } });

export function sendReply(res: ServerResponse, reply: Reply): void {
  const isJson = "json" in reply;
  const body = isJson ? `${JSON.stringify(reply.json)}\n` : reply.text;
  res.writeHead(reply.status, {
    "content-type": isJson ? "application/json" : (reply.type ?? "text/plain; charset=utf-8"),
    "content-length": Buffer.byteLength(body),
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  res.end(body);
}

/**
 * The JSON body of a request, or what to answer when there is none. A body of another type is refused: a web page may send
 * those to a service of this machine without asking, but not JSON.
 */
export async function readJson(
  req: IncomingMessage,
): Promise<{ readonly ok: true; readonly json: unknown } | { readonly ok: false; readonly reply: Reply }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // All of it is read, kept or not: an answer to a sender that is cut off in the middle would not reach it.
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes <= bodyBytesMax) chunks.push(chunk);
  }
  if (req.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() !== "application/json") {
    return { ok: false, reply: problem(415, "the Content-Type must be application/json") };
  }
  if (bytes > bodyBytesMax)
    return {
      ok: false,
      reply: problem(413, `the body is over ${String(bodyBytesMax)} bytes; send less at once`),
    };
  try {
    return { ok: true, json: JSON.parse(Buffer.concat(chunks).toString("utf8")) };
  } catch {
    return { ok: false, reply: problem(400, "the body is not JSON") };
  }
}
