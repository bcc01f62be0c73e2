import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";

/** Largest body of a request to the API. */
const bodyBytesMax = 4 * 1024 * 1024;

/** What a route answers: a value as JSON, text, or a stream that goes on for as long as both sides like. */
export type Reply =
  | { readonly status: number; readonly json: unknown; readonly headers?: Headers }
  | { readonly status: number; readonly text: string; readonly type?: string; readonly headers?: Headers }
  | { readonly status: 200; readonly type: string; readonly stream: (response: ServerResponse) => void };

type Headers = Readonly<Record<string, string>>;

export const ok = (json: unknown): Reply => ({ status: 200, json });
export const problem = (status: number, error: string): Reply => ({ status, json: { error } });

export function sendReply(res: ServerResponse, reply: Reply): void {
  if ("stream" in reply) {
    // A proxy that gathers parts of an answer would hold back what must arrive at once.
    res.writeHead(reply.status, {
      "content-type": reply.type,
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    reply.stream(res);
    return;
  }
  const isJson = "json" in reply;
  const body = isJson ? `${JSON.stringify(reply.json)}\n` : reply.text;
  res.writeHead(reply.status, {
    "content-type": isJson ? "application/json" : (reply.type ?? "text/plain; charset=utf-8"),
    "content-length": Buffer.byteLength(body),
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    ...reply.headers,
  });
  res.end(body);
}

/** A body as it came, or what to answer where it is too large. */
type ReadBody = { readonly ok: true; readonly body: Buffer } | { readonly ok: false; readonly reply: Reply };

/** Reads a body of at most `bytesMax` bytes. */
export async function readBytes(req: IncomingMessage, bytesMax = bodyBytesMax): Promise<ReadBody> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // All of it is read, kept or not: an answer to a sender that is cut off in the middle would not reach it.
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes <= bytesMax) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (bytes <= bytesMax) return { ok: true, body: Buffer.concat(chunks) };
  return { ok: false, reply: problem(413, `the body is over ${String(bytesMax)} bytes; send less at once`) };
}

/**
 * The JSON body of a request, or what to answer when there is none. A body of another type is refused: a web page may send
 * those to a service of this machine without asking, but not JSON.
 */
export async function readJson(
  req: IncomingMessage,
): Promise<{ readonly ok: true; readonly json: unknown } | { readonly ok: false; readonly reply: Reply }> {
  const read = await readBytes(req);
  if (typeOf(req) !== "application/json") {
    return { ok: false, reply: problem(415, "the Content-Type must be application/json") };
  }
  if (!read.ok) return read;
  try {
    return { ok: true, json: JSON.parse(read.body.toString("utf8")) };
  } catch {
    return { ok: false, reply: problem(400, "the body is not JSON") };
  }
}

/** What the body's sender calls it, without parameters. */
function typeOf(req: IncomingMessage): string | undefined {
  return req.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
}

/** The body of a request by its schema, or a 400 that says what is wrong with it. */
export async function readAs<T>(
  req: IncomingMessage,
  schema: z.ZodType<T>,
): Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly reply: Reply }> {
  const read = await readJson(req);
  if (!read.ok) return read;
  const parsed = schema.safeParse(read.json);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, reply: problem(400, z.prettifyError(parsed.error)) };
}
