import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import { listening } from "../http-double.ts";

/** Stands before a receiver, and keeps what agents send to it. */
export interface Recorder {
  readonly url: string;
  /** Bodies as they were sent, unpacked. */
  readonly bodies: readonly Buffer[];
  /** Headers of the requests, and paths. */
  readonly heads: readonly string[];
  /** What the receiver answered other than 200. */
  readonly refusals: readonly string[];
  /** Resolves when the receiver has answered all that came. */
  drained(): Promise<void>;
  stop(): void;
}

/** Answers at once, and hands on behind: what is measured here is what is said, not how fast. */
export async function recorderBefore(receiver: string): Promise<Recorder> {
  const bodies: Buffer[] = [];
  const heads: string[] = [];
  const refusals: string[] = [];
  const open = new Set<Promise<void>>();
  const handOn = async (path: string, type: string, body: Buffer): Promise<void> => {
    const answer = await fetch(`${receiver}${path}`, {
      method: "POST",
      headers: { "content-type": type },
      body: Uint8Array.from(body),
    });
    if (answer.status !== 200) refusals.push(`${answer.status} ${await answer.text()}`);
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const sent = Buffer.concat(chunks);
      const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
      bodies.push(body);
      heads.push(JSON.stringify([request.url, request.rawHeaders]));
      const done = handOn(request.url ?? "", request.headers["content-type"] ?? "", body)
        .catch((error: unknown) => void refusals.push(String(error)))
        .finally(() => open.delete(done));
      open.add(done);
      response.end();
    });
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${String(port)}`,
    bodies,
    heads,
    refusals,
    drained: async () => {
      while (open.size > 0) await Promise.all(open);
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
