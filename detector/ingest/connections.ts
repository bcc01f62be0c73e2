import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import type { Clock } from "../clock.ts";

/** The open connections of a server, so that it can be stopped without cutting a request short. */
export interface Connections {
  size(): number;
  /** Notes that a request runs on its connection until its answer is out. */
  begin(req: IncomingMessage, res: ServerResponse): void;
  /** Takes no more connections, closes those without a request, and the others as their requests end or `graceMs` is over. */
  stop(graceMs: number): Promise<void>;
}

interface Connection {
  readonly socket: Socket;
  requests: number;
}

/**
 * Node's own `closeIdleConnections` leaves connections open that never sent a byte, and those in the middle of a TLS
 * handshake; a stop would wait for them.
 */
export function trackConnections(server: Server, clock: Clock): Connections {
  // By address: under TLS a request shows another socket object than the one that was accepted.
  const open = new Map<string, Connection>();
  let stopping = false;
  server.on("connection", (socket: Socket) => {
    const key = keyOf(socket);
    open.set(key, { socket, requests: 0 });
    socket.once("close", () => open.delete(key));
  });
  return {
    size: () => open.size,
    begin(req, res) {
      const { socket } = req;
      const connection = open.get(keyOf(socket));
      if (connection === undefined) return;
      connection.requests += 1;
      if (stopping) res.setHeader("connection", "close");
      res.once("close", () => {
        connection.requests -= 1;
        if (stopping && connection.requests === 0) socket.destroySoon();
      });
    },
    async stop(graceMs) {
      stopping = true;
      const over = new AbortController();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const { socket, requests } of open.values()) if (requests === 0) socket.destroy();
      await Promise.race([closed, clock.sleep(graceMs, over.signal)]);
      over.abort();
      for (const { socket } of open.values()) socket.destroy();
      await closed;
    },
  };
}

function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
