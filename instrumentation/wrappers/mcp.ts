import { running, within } from "../scope/scope.ts";
import { called } from "./mcp-client.ts";
import { served } from "./mcp-server.ts";
import { all, type Method, swap } from "./swap.ts";
import type { Undo, Wrapper } from "./wrapper.ts";

/**
 * The Model Context Protocol's TypeScript SDK, version 1 and 2, client and server. The caller's span is the action; the
 * server's handlers run within what the caller sent, so that what they do has the call as parent and one chain leads from
 * who asked to each effect. A call that came without a trace was told by nobody: there the server's handling is the action.
 */
export const mcpWrapper: Wrapper = {
  id: "mcp",
  packages: ["@modelcontextprotocol/sdk", "@modelcontextprotocol/client", "@modelcontextprotocol/server"],
  // Version 1 has no main file, and what is wanted of it is behind each of its entries.
  files: ["esm", "cjs"].map((kind) => `@modelcontextprotocol/sdk/dist/${kind}/shared/protocol.js`),
  patch,
};

function patch(exports: object): Undo | undefined {
  const protocol = protocolOf(exports);
  if (protocol === undefined) return undefined;
  return all([
    swap(protocol, "request", called),
    swap(protocol, "setRequestHandler", (original, self, args) =>
      Reflect.apply(
        original,
        self,
        args.map((one) => (typeof one === "function" ? served(one as Method) : one)),
      ),
    ),
    // What arrives is heard in the midst of a call, on whose stream it came, and is no part of it.
    swap(protocol, "_onrequest", uncovered),
    swap(protocol, "_onnotification", uncovered),
  ]);
}

function uncovered(original: Method, self: unknown, args: unknown[]): unknown {
  const before = running();
  if (before.covered !== true) return Reflect.apply(original, self, args);
  return within({ ...before, covered: false }, () => Reflect.apply(original, self, args));
}

/** The class that clients and servers of both versions stand on: what goes out and what comes in passes it. */
function protocolOf(exports: object): object | undefined {
  for (const name of ["Protocol", "Client", "Server"]) {
    const found: unknown = Reflect.get(exports, name);
    let prototype: unknown = typeof found === "function" ? found.prototype : undefined;
    while (typeof prototype === "object" && prototype !== null) {
      if (Object.hasOwn(prototype, "_onrequest") && Object.hasOwn(prototype, "request")) return prototype;
      prototype = Object.getPrototypeOf(prototype);
    }
  }
  return undefined;
}
