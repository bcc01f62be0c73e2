import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { listening } from "./http-double.ts";
import { repositoryRoot } from "./repository.ts";

/** AWS on loopback: answers as its services answered, told apart by what they are told apart by. */
export interface AwsDouble {
  readonly url: string;
  /** Requests since it was started, by operation. */
  readonly received: string[];
  stop(): Promise<void>;
}

interface Answer {
  /** Target of JSON services, action of query services, method and path of S3; then a word for another answer. */
  readonly operation: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const recorded = join(repositoryRoot, "test/recordings/aws/answers.json");

/** A body that names `missing`, `denied` or `next` gets that answer; one that names `flaky` fails once; `slow` gets none. */
export async function awsDouble(): Promise<AwsDouble> {
  const answers = JSON.parse(readFileSync(recorded, "utf8")) as readonly Answer[];
  const received: string[] = [];
  const failed = new Set<string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const operation = operationOf(request, body);
      received.push(operation);
      if (/\bslow\b/u.test(body)) return;
      const [flaky] = /\bflaky-\d+/u.exec(body) ?? [];
      if (flaky !== undefined && !failed.has(flaky)) {
        failed.add(flaky);
        response.writeHead(500, { "content-type": "application/x-amz-json-1.1" });
        response.end('{"__type":"InternalServiceError"}');
        return;
      }
      const [special] = /\b(?:missing|denied|next)\b/u.exec(body) ?? [];
      const wanted = [`${operation} ${special ?? ""}`.trim(), operation];
      const answer = wanted.map((name) => answers.find((one) => one.operation === name)).find(Boolean);
      if (answer === undefined) response.writeHead(501).end(`no recording of ${operation}`);
      else response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${String(port)}`,
    received,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function operationOf({ headers, method = "", url = "" }: IncomingMessage, body: string): string {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return target;
  return new URLSearchParams(body).get("Action") ?? `${method} ${url.split("?", 1)[0] ?? ""}`;
}
