/** A server of the Model Context Protocol with a few tools, as a process: over stdio, or with `http` over HTTP. */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { z } from "zod";
import { bodySecret, listening } from "./http-double.ts";

function tools(): McpServer {
  const server = new McpServer({ name: "tools", version: "1.0.0" });
  let goOn = (): void => undefined;
  const toGoOn = new Promise<void>((resolve) => (goOn = resolve));
  const say = (text: string) => ({ content: [{ type: "text" as const, text }] });
  server.registerTool("add", { inputSchema: { a: z.number(), b: z.number() } }, ({ a, b }) =>
    say(String(a + b)),
  );
  server.registerTool("secret", { inputSchema: { key: z.string() } }, () => say(bodySecret));
  server.registerTool("fail", { inputSchema: {} }, () => {
    throw new Error(bodySecret);
  });
  server.registerTool("progress", { inputSchema: {} }, async (_, extra) => {
    const progressToken = Reflect.get(extra, "_meta")?.progressToken;
    if (progressToken !== undefined)
      for (const progress of [1, 2])
        await extra.sendNotification({
          method: "notifications/progress",
          params: { progressToken, progress, total: 2 },
        });
    // What comes together with the answer is too late for the client.
    await toGoOn;
    return say("done");
  });
  server.registerTool("go-on", { inputSchema: {} }, () => {
    goOn();
    return say("went on");
  });
  server.registerTool("silent", { inputSchema: {} }, () => new Promise(() => undefined));
  server.registerTool("read-page", { inputSchema: { url: z.string() } }, async ({ url }) =>
    say(await (await fetch(url)).text()),
  );
  server.registerTool("whoami", { inputSchema: {} }, (_, extra) =>
    say(
      JSON.stringify([
        Object.keys(Reflect.get(extra, "_meta") ?? {}).toSorted(),
        extra.requestInfo?.headers["baggage"] !== undefined,
      ]),
    ),
  );
  server.registerResource("plan", "notes://team/plan", {}, ({ href }) => ({
    contents: [{ uri: href, text: bodySecret }],
  }));
  server.registerPrompt("greet", { argsSchema: { name: z.string() } }, ({ name }) => ({
    messages: [{ role: "user", content: { type: "text", text: `Greet ${name}` } }],
  }));
  return server;
}

if (process.argv[2] === "http") {
  const transports = new Map<string, StreamableHTTPServerTransport>();
  const http = createServer((request, response) => {
    void (async () => {
      let transport = transports.get(String(request.headers["mcp-session-id"]));
      if (transport === undefined) {
        const made = new StreamableHTTPServerTransport({
          sessionIdGenerator: randomUUID,
          onsessioninitialized: (id) => void transports.set(id, made),
        });
        transport = made;
        await tools().connect(transport);
      }
      const clientId = request.headers.authorization?.replace("Bearer ", "client-of-");
      const auth = clientId === undefined ? {} : { auth: { token: bodySecret, clientId, scopes: [] } };
      await transport.handleRequest(Object.assign(request, auth), response);
    })();
  });
  process.stdout.write(`http://127.0.0.1:${String(await listening(http))}/mcp\n`);
} else {
  await tools().connect(new StdioServerTransport());
}
