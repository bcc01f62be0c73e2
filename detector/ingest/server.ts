import { readFile } from "node:fs/promises";
import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { HttpConfig } from "../config/config.ts";
import { errorCode } from "../error-code.ts";
import { isLoopback, parseListen } from "../config/listen.ts";
import { handleBrokenRequests } from "./broken-requests.ts";
import { type Connections, trackConnections } from "./connections.ts";
import { envName } from "../config/walk.ts";
import type { Handler, SpanSink } from "./ports.ts";
import { createReceiver, type ReceiverOptions } from "./receiver.ts";
import { createRouter } from "./router.ts";

export interface HttpServerOptions extends Omit<ReceiverOptions, "sink"> {
  /** Where spans go; without it `/v1/traces` is a path like any other. */
  readonly sink?: SpanSink;
  /** Answers all routes but the receiver's. */
  readonly handler?: Handler;
  /** The setting that says where to listen. */
  readonly setting?: string;
}

export interface RunningServer {
  readonly url: string;
  /** Takes no more requests, lets those that run finish for at most ten seconds. */
  stop(): Promise<void>;
}

/** How long running requests may take once the service is asked to stop. */
const stopGraceMs = 10_000;

/** How long a connection may wait for its next request: longer than an exporter's usual five seconds between batches. */
const idleMs = 20_000;

/**
 * Starts the receiver and whatever `handler` answers beside it, on one port. Throws one sentence when it can't listen.
 *
 * @example
 * const server = await startHttpServer({ config, sink, clock: systemClock, log, counters });
 * process.once("SIGTERM", () => void server.stop());
 */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningServer> {
  const { config, clock, counters, log, sink, setting = "http.listen" } = options;
  const { http } = config;
  const { host, port } = parseListen(http.listen);
  if (http.tls === undefined && !isLoopback(host)) {
    log("warn", "Tokens and spans cross the network in the clear: http.tls is not set.", {
      listen: http.listen,
    });
  }
  const server = await createServer(http);
  const connections = trackConnections(server, clock, {
    max: http.connectionsMax,
    onDrop: () => counters.count("answerable_requests_refused_total", { reason: "connections" }),
  });
  counters.gauge("answerable_http_connections", () => connections.size());
  const receive = sink === undefined ? undefined : createReceiver({ ...options, sink });
  const route = createRouter({ ...options, receive });
  server.on("request", onRequest(connections, route, options));
  handleBrokenRequests(server, counters);
  await listen(server, { host, port, connectionsMax: http.connectionsMax }).catch((error: unknown) => {
    throw new Error(whyNot(error, setting, http.listen), { cause: error });
  });
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  const name = host.includes(":") ? `[${host}]` : host;
  return {
    url: `${http.tls === undefined ? "http" : "https"}://${name}:${bound}`,
    stop: async () => await connections.stop(stopGraceMs),
  };
}

type Route = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

function onRequest(connections: Connections, route: Route, { counters, log }: HttpServerOptions) {
  return (req: IncomingMessage, res: ServerResponse): void => {
    connections.begin(req, res);
    res.once("finish", () => counters.count("answerable_requests_total", { code: String(res.statusCode) }));
    route(req, res).catch((error: unknown) => {
      log("error", "A request failed in a way nobody foresaw.", {
        error: error instanceof Error ? (error.stack ?? "") : String(error),
      });
      if (res.headersSent) res.destroy();
      else res.writeHead(500, { connection: "close" }).end();
    });
  };
}

async function createServer(http: HttpConfig): Promise<Server> {
  const timeouts = {
    headersTimeout: http.headersTimeoutMs,
    // The receiver has its own, earlier limit with a better answer; this one guards the other routes.
    requestTimeout: http.headersTimeoutMs + http.bodyTimeoutMs + 1000,
    // How often Node looks for connections beyond those limits; its default of 30 s would make them mean little.
    connectionsCheckingInterval: Math.min(1000, http.headersTimeoutMs),
    keepAliveTimeout: idleMs,
  };
  const { tls } = http;
  if (tls === undefined) return createPlainServer(timeouts);
  const [cert, key, ca] = await Promise.all([
    readTlsFile("certFile", tls.certFile),
    readTlsFile("keyFile", tls.keyFile),
    tls.clientCaFile === undefined ? undefined : readTlsFile("clientCaFile", tls.clientCaFile),
  ]);
  return createTlsServer({
    ...timeouts,
    handshakeTimeout: http.headersTimeoutMs,
    cert,
    key,
    // A bad certificate is refused per request with a sentence; refused in the handshake, its owner would see an alert number.
    ...(ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: false }),
  });
}

async function readTlsFile(setting: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = errorCode(error) ?? "unknown reason";
    throw new Error(`http.tls.${setting} is "${path}", which can't be read (${reason})`, { cause: error });
  }
}

interface Listening {
  readonly host: string;
  readonly port: number;
  readonly connectionsMax: number;
}

async function listen(server: Server, { host, port, connectionsMax }: Listening): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    // Node's queue of 511 overflows when many senders connect at once, as they do after a restart of ours.
    server.listen({ host, port, backlog: Math.max(connectionsMax, 511) }, resolve);
  });
}

function whyNot(error: unknown, setting: string, address: string): string {
  const code = errorCode(error) ?? "unknown reason";
  const reason = reasons[code] ?? `its address can't be used: ${code}`;
  return `Can't listen on ${address}: ${reason} (${setting}, ${envName(setting.split("."))}).`;
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program does already; stop it or choose another port",
  EACCES: "this user may not; choose a port above 1023",
  EADDRNOTAVAIL: "it is not an address of this machine",
  ENOTFOUND: "there is no host of this name",
};
