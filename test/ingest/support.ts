import { createHash } from "node:crypto";
import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { request as requestTls, type RequestOptions } from "node:https";
import { systemClock } from "../../detector/clock.ts";
import { Config } from "../../detector/config/config.ts";
import type { AcceptResult, IncomingBatch } from "../../detector/ingest/ports.ts";
import { type HttpServerOptions, type RunningServer, startHttpServer } from "../../detector/ingest/server.ts";
import { createTelemetry, type Telemetry } from "../../detector/telemetry.ts";

export interface Running extends RunningServer {
  readonly batches: IncomingBatch[];
  readonly logged: string[];
  readonly telemetry: Telemetry;
}

export interface Starting {
  readonly http?: Record<string, unknown>;
  readonly limits?: Record<string, unknown>;
  readonly accept?: (batch: IncomingBatch) => Promise<AcceptResult>;
  readonly handler?: HttpServerOptions["handler"];
}

export const stored: AcceptResult = { kind: "stored", rejected: 0, messages: [] };

const servers: RunningServer[] = [];

/** A server on a free port, with a sink that stores everything unless told otherwise. */
export async function start({ http = {}, limits = {}, accept, handler }: Starting = {}): Promise<Running> {
  const batches: IncomingBatch[] = [];
  const logged: string[] = [];
  const telemetry = createTelemetry();
  const server = await startHttpServer({
    config: Config.parse({ http: { listen: "127.0.0.1:0", ...http }, limits }),
    sink: {
      accept: async (batch) => {
        batches.push(batch);
        return accept === undefined ? stored : await accept(batch);
      },
    },
    ...(handler && { handler }),
    clock: systemClock,
    log: (level, message, fields) => logged.push(`${level} ${message} ${JSON.stringify(fields)}`),
    counters: telemetry,
  });
  servers.push(server);
  return { ...server, batches, logged, telemetry };
}

/** For `afterEach`. */
export async function stopAll(): Promise<void> {
  await Promise.all(servers.splice(0).map(async (server) => await server.stop()));
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Sending extends Omit<RequestOptions, "headers" | "path" | "method"> {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array | string;
}

/** One request over its own connection; by default a protobuf trace export. */
export async function send(
  url: string,
  { method = "POST", path = "/v1/traces", headers = {}, body = "", ...tls }: Sending = {},
) {
  return await new Promise<Reply>((resolve, reject) => {
    const length =
      headers["transfer-encoding"] === undefined ? { "content-length": Buffer.byteLength(body) } : {};
    const sent = { "content-type": "application/x-protobuf", ...length, ...headers };
    const ask = url.startsWith("https:") ? requestTls : request;
    const req = ask(new URL(path, url), { agent: false, ...tls, method, headers: sent }, (res) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("end", () =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks) }),
      );
      res.on("error", reject);
    });
    req.on("error", reject);
    req.end(body);
  });
}

export const json = { "content-type": "application/json" };

/** The sentence of a JSON failure. */
export function messageOf(reply: Reply): string {
  const body: unknown = JSON.parse(reply.body.toString());
  return typeof body === "object" && body !== null && "message" in body ? String(body.message) : "";
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Something to wait for that the test itself lets happen. */
export interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

export function gate(): Gate {
  const controller = new AbortController();
  const opened = new Promise<void>((resolve) => {
    controller.signal.addEventListener("abort", () => resolve());
  });
  return { opened, open: () => controller.abort() };
}
