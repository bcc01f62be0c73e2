import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import type { Clock } from "../clock.ts";

/** The open connections of a server: not too many, and stopped without cutting a request short. */
export interface Connections {
  size(): number;
  /** Notes that a request runs on its connection until its answer is out. */
  begin(req: IncomingMessage, res: ServerResponse): void;
  /** Takes no more connections, closes those without a request, and the others as their requests end or `graceMs` is over. */
  stop(graceMs: number): Promise<void>;
}

export interface ConnectionsOptions {
  readonly max: number;
  /** Told of each connection that is closed because there are too many. */
  readonly onDrop: () => void;
}

interface Connection {
  readonly key: string;
  readonly socket: Socket;
  requests: number;
}

/**
 * Node's own `closeIdleConnections` leaves connections open that never sent a byte, and those in the middle of a TLS
 * handshake; a stop would wait for them. Its `maxConnections` turns away whoever comes next, so that a crowd that says
 * nothing would keep everybody out: here the one goes that has been silent for longest, of those that never sent a
 * request before those that did, and the newcomer only when requests run on all others.
 */
export function trackConnections(
  server: Server,
  clock: Clock,
  { max, onDrop }: ConnectionsOptions,
): Connections {
  // By address: under TLS a request shows another socket object than the one that was accepted.
  const open = new Map<string, Connection>();
  // Both in the order in which they fell silent.
  const silent = new Set<Connection>();
  const idle = new Set<Connection>();
  let stopping = false;
  server.on("connection", (socket: Socket) => {
    const key = keyOf(socket);
    const connection: Connection = { key, socket, requests: 0 };
    open.set(key, connection);
    silent.add(connection);
    socket.once("close", () => forget(connection));
    if (open.size <= max) return;
    onDrop();
    const [longest = connection] = silent.size > 1 ? silent : idle;
    forget(longest);
    longest.socket.destroy();
  });

  /** When one is chosen to go, and when it is gone; the address may be somebody else's by then. */
  function forget(connection: Connection): void {
    if (open.get(connection.key) === connection) open.delete(connection.key);
    silent.delete(connection);
    idle.delete(connection);
  }

  return {
    size: () => open.size,
    begin(req, res) {
      const { socket } = req;
      const connection = open.get(keyOf(socket));
      if (connection === undefined) return;
      connection.requests += 1;
      silent.delete(connection);
      idle.delete(connection);
      if (stopping) res.setHeader("connection", "close");
      res.once("close", () => {
        connection.requests -= 1;
        if (connection.requests > 0) return;
        if (stopping) socket.destroySoon();
        else if (!socket.destroyed) idle.add(connection);
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
