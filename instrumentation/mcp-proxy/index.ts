import type { Readable, Writable } from "node:stream";
import { start } from "../answerable.ts";
import { environment } from "../environment.ts";
import { kindOf } from "../identity/static.ts";
import { endBy, onSignal } from "../process.ts";
import { exitMs } from "./limits.ts";
import { proxy } from "./proxy.ts";

/** What `answerable mcp-proxy` was given. */
export interface McpProxyOptions {
  /** Id of who calls the server; left out, it is looked for as anywhere. */
  readonly identity?: string;
  /** Command of the server, and its arguments. */
  readonly server: readonly string[];
  readonly input: Readable;
  readonly output: Writable;
}

/**
 * Runs a server of the Model Context Protocol behind a proxy that records and guards what it is asked to do, with the settings of
 * the environment (`ANSWERABLE_*`). Ends this process by the signal that ended the server.
 *
 * @returns the server's exit status.
 */
export async function mcpProxy({ identity, server, input, output }: McpProxyOptions): Promise<number> {
  const [command = "", ...args] = server;
  const answerable = start({
    ...(identity !== undefined && { identity: { id: identity, kind: kindOf(identity) } }),
    limits: { exitMs },
  });
  try {
    const { code, signal } = await proxy({
      command,
      args,
      env: serverEnvironment(),
      input,
      output,
      onSignal,
    });
    await answerable.stop();
    if (signal !== null) endBy(signal);
    return code ?? 1;
  } finally {
    await answerable.stop();
  }
}

/** Ours are the proxy's: who it acts as, and its keys, are no business of the server. */
function serverEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(environment()).filter(([name]) => !name.startsWith("ANSWERABLE_")),
  );
}
