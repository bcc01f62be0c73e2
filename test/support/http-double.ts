import { once } from "node:events";
import {
  type ClientRequest,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from "node:http";
import type { AddressInfo } from "node:net";

/** A service on loopback that behaves in all the ways that matter to a client, and remembers what it was sent. */
export interface HttpDouble {
  readonly url: string;
  readonly received: {
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }[];
  readonly stop: () => Promise<void>;
}

export const bodySecret = "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB";

/** Paths: /hello, /echo, /status/CODE, /stream, /redirect, /silent, /broken; others by `answer`. */
export async function httpDouble(answer?: RequestListener): Promise<HttpDouble> {
  const received: HttpDouble["received"] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const path = request.url ?? "";
      received.push({ path, headers: request.headers, body });
      const route = routes.find(([start]) => path.startsWith(start));
      if (route !== undefined) route[1](response, path, body);
      else if (answer === undefined) response.writeHead(404).end();
      else answer(Object.assign(request, { body }), response);
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

/** Starts a server on a free port of loopback. */
export async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** The whole text of an answer. */
export async function text(answer: IncomingMessage): Promise<string> {
  let all = "";
  for await (const chunk of answer) all += String(chunk);
  return all;
}

/** The whole text of the answer to a request. */
export async function answerTo(request: ClientRequest): Promise<string> {
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  return text(answer);
}

type Answer = (response: Parameters<RequestListener>[1], path: string, body: string) => void;

const routes: readonly (readonly [string, Answer])[] = [
  ["/hello", (response) => void response.setHeader("x-secret", bodySecret).end("hello")],
  ["/echo", (response, _, body) => void response.end(body)],
  [
    "/status/",
    (response, path) =>
      void response.writeHead(Number(path.slice("/status/".length, "/status/".length + 3))).end(bodySecret),
  ],
  [
    "/stream",
    (response) => {
      let sent = 0;
      const timer = setInterval(() => {
        sent += 1;
        response.write(`part ${String(sent)};`);
        if (sent < 3) return;
        clearInterval(timer);
        response.end();
      }, 5);
    },
  ],
  ["/redirect", (response) => void response.writeHead(302, { location: "/hello" }).end()],
  ["/silent", () => undefined],
  ["/broken", (response) => void response.socket?.destroy()],
];
