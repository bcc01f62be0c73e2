import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { once } from "node:events";

/** A receiver that does harm, as far as a receiver can. */
export interface HostileReceiver {
  readonly name: string;
  readonly make: () => Server;
  /** `https:` where it is one; plain HTTP otherwise. */
  readonly scheme?: "https";
  /** What becomes of a batch sent to it. */
  readonly outcome: "sent" | "later" | "refused";
}

const answering = (listener: RequestListener): (() => Server) => {
  return () =>
    createServer((request, response) => {
      response.on("error", () => undefined);
      request.on("error", () => undefined);
      void drained(request).then(() => listener(request, response));
    });
};

async function drained(request: IncomingMessage): Promise<void> {
  try {
    for await (const chunk of request) void chunk;
  } catch {
    // It went away.
  }
}

const onSocket = (listener: (socket: Socket) => void) => (): Server =>
  createTcpServer((socket) => {
    socket.on("error", () => undefined);
    listener(socket);
  });

const status = (code: number, headers: Record<string, string> = {}): (() => Server) =>
  answering((_, response) => response.writeHead(code, headers).end("no"));

/** Receivers of all kinds of harm. */
export const hostileReceivers: readonly HostileReceiver[] = [
  { name: "never answers", make: answering(() => undefined), outcome: "later" },
  { name: "never reads", make: onSocket((socket) => socket.pause()), outcome: "later" },
  {
    name: "answers 200, and then a byte at a time",
    make: answering((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("x"), 50);
      response.on("close", () => clearInterval(timer));
    }),
    outcome: "sent",
  },
  {
    name: "sends its header a byte at a time",
    make: onSocket((socket) => {
      const header = `HTTP/1.1 200 OK\r\nx: ${"x".repeat(1000)}`;
      let at = 0;
      const timer = setInterval(() => socket.write(header[(at += 1) - 1] ?? "x"), 50);
      socket.on("close", () => clearInterval(timer));
    }),
    outcome: "later",
  },
  {
    name: "answers without end",
    make: answering((_, response) => {
      response.writeHead(500);
      const more = (): void => {
        while (response.writable && response.write(Buffer.alloc(65_536))) continue;
      };
      response.on("drain", more);
      more();
    }),
    outcome: "later",
  },
  {
    name: "answers with an endless header",
    make: onSocket((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(1024 * 1024)}`);
    }),
    outcome: "later",
  },
  { name: "fails", make: status(500), outcome: "later" },
  { name: "asks to wait", make: status(429, { "retry-after": "3" }), outcome: "later" },
  { name: "asks to wait for ever", make: status(503, { "retry-after": "9999999999" }), outcome: "later" },
  { name: "knows nobody", make: status(401), outcome: "later" },
  {
    name: "sends elsewhere",
    make: status(307, { location: "http://127.0.0.1:1/elsewhere" }),
    outcome: "later",
  },
  { name: "sends in a circle", make: status(301, { location: "/v1/traces" }), outcome: "later" },
  { name: "refuses the spans", make: status(400), outcome: "refused" },
  {
    name: "speaks another protocol",
    make: onSocket((socket) => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");
    }),
    outcome: "later",
  },
  { name: "resets", make: onSocket((socket) => socket.resetAndDestroy()), outcome: "later" },
  {
    name: "hangs up in the middle of its answer",
    make: onSocket((socket) => socket.end("HTTP/1.1 500 No\r\ncontent-length: 100\r\n\r\nx")),
    outcome: "later",
  },
  { name: "speaks garbage", make: onSocket((socket) => socket.end(Buffer.alloc(1000, 7))), outcome: "later" },
  {
    name: "speaks garbage where TLS is expected",
    scheme: "https",
    make: onSocket((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n")),
    outcome: "later",
  },
  {
    name: "says nothing where TLS is expected",
    scheme: "https",
    make: onSocket(() => undefined),
    outcome: "later",
  },
];

/** One that runs: its address, and what ends it and all that is connected to it. */
export async function listening({
  make,
  scheme = "http" as never,
}: Pick<HostileReceiver, "make" | "scheme">): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = make();
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `${scheme}://127.0.0.1:${address.port}/v1/traces`,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
