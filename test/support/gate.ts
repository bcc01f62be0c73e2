import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy that can be shut. */
export interface Gate {
  readonly url: string;
  open(): void;
  /** Cuts all connections, in the middle of whatever they carry, and refuses new ones. */
  shut(): void;
  /** Takes connections and carries nothing. */
  hang(): void;
  stop(): Promise<void>;
}

/** A gate before an HTTP server, open. */
export async function openGate(to: string): Promise<Gate> {
  const { hostname, port } = new URL(to);
  let state: "open" | "shut" | "hanging" = "open";
  const sockets = new Set<Socket>();
  const hold = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((incoming) => {
    if (state === "shut") {
      incoming.on("error", () => undefined).resetAndDestroy();
      return;
    }
    hold(incoming);
    if (state === "hanging") return;
    const outgoing = hold(connect(Number(port), hostname));
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on("close", () => outgoing.destroy());
    outgoing.on("close", () => incoming.destroy());
  });
  const become = (next: typeof state): void => {
    state = next;
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    open: () => become("open"),
    shut: () => become("shut"),
    hang: () => become("hanging"),
    stop: async () => {
      become("shut");
      server.close();
      await once(server, "close");
    },
  };
}
