/** The server of `mcp-server.ts`, as far as it matters, on version 2 of the SDK; over stdio. */
import { McpServer } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";
import { bodySecret } from "./http-double.ts";

const server = new McpServer({ name: "tools", version: "2.0.0" });
const say = (text: string) => ({ content: [{ type: "text" as const, text }] });
server.registerTool("secret", { inputSchema: z.object({ key: z.string() }) }, () => say(bodySecret));
server.registerTool("fail", { inputSchema: z.object({}) }, () => {
  throw new Error(bodySecret);
});
server.registerTool("silent", { inputSchema: z.object({}) }, () => new Promise<never>(() => undefined));
server.registerTool("read-page", { inputSchema: z.object({ url: z.string() }) }, async ({ url }) =>
  say(await (await fetch(url)).text()),
);
server.registerResource("plan", "notes://team/plan", {}, ({ href }) => ({
  contents: [{ uri: href, text: bodySecret }],
}));
await server.connect(new StdioServerTransport());
