import { once } from "node:events";
import { createServer, type Server } from "node:net";

/**
 * Picks `count` different TCP ports that are free on loopback right now.
 * Another process may take one before we listen; the caller must expect that.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  // All are held open together, so that no port is given twice.
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => portOf(server));
  await Promise.all(servers.map((server) => close(server)));
  return ports;
}

async function listen(): Promise<Server> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a listening TCP server has no port");
  return address.port;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}
