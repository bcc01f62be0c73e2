/** Positions in calls over MCP, both sides of which are in this process. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import {
  CallToolRequestSchema,
  CallToolResultSchema,
  GetPromptRequestSchema,
  ReadResourceRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type { Position, World } from "../../secrets/position.ts";

type Call = (request: {
  name: string;
  arguments?: Record<string, unknown>;
  _meta?: Record<string, unknown>;
}) => Promise<unknown>;

/** Tools that give back the secret they are asked for by its number, or fail with it. */
function serverOf({ secrets }: World): Server {
  const server = new Server(
    { name: "tools", version: "1" },
    { capabilities: { tools: {}, resources: {}, prompts: {} } },
  );
  const text = (nth: unknown): string => secrets[Number(nth)]?.secret ?? "none";
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
    const nth = params.arguments?.["nth"];
    if (params.name === "fail") throw new Error(text(nth));
    return {
      content: [{ type: "text", text: text(nth) }],
      isError: params.name === "bad",
      _meta: { told: text(nth) },
    };
  });
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => ({
    contents: [{ uri: params.uri, text: "x" }],
  }));
  server.setRequestHandler(GetPromptRequestSchema, () => ({ messages: [] }));
  return server;
}

let made: Promise<Client> | undefined;

function clientOf(world: World): Promise<Client> {
  made ??= (async () => {
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    await serverOf(world).connect(theirs);
    const client = new Client({ name: "agent", version: "1" });
    await client.connect(ours);
    return client;
  })();
  return made;
}

function called(
  name: string,
  tool: string | undefined,
  work: (call: Call, secret: string, nth: number) => Promise<unknown>,
  leaves = false,
): Position {
  return {
    name: `mcp.${name}`,
    ...(tool !== undefined && { operation: tool }),
    leaves,
    plant: async (secret, world, nth) => {
      const client = await clientOf(world);
      return work(
        (params) => client.request({ method: "tools/call", params }, CallToolResultSchema),
        secret,
        nth,
      );
    },
  };
}

/** Without a client: a call that nobody told of, so that it is the server's to tell. */
async function sentToServer(params: object, world: World): Promise<void> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await serverOf(world).connect(theirs);
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- A transport has no other.
  const answered = new Promise<void>((resolve) => (ours.onmessage = () => resolve()));
  await ours.start();
  await ours.send({ jsonrpc: "2.0", id: 1, method: "tools/call", params } as JSONRPCMessage);
  await answered;
  await ours.close();
}

export const mcpPositions: readonly Position[] = [
  called("arguments", "do", (call, secret) =>
    call({ name: "do", arguments: { secret, deep: [{ secret }] } }),
  ),
  called("argument-names", "do", (call, secret) => call({ name: "do", arguments: { [secret]: 1 } })),
  called("result", "do", (call, _, nth) => call({ name: "do", arguments: { nth } })),
  called("bad-result", "bad", (call, _, nth) => call({ name: "bad", arguments: { nth } })),
  called("error", "fail", (call, _, nth) => call({ name: "fail", arguments: { nth } })),
  called("meta", "do", (call, secret) =>
    call({ name: "do", _meta: { progressToken: secret, [secret]: secret, tracestate: secret } }),
  ),
  called("tool-name", undefined, (call, secret) => call({ name: secret }), true),
  {
    name: "mcp.resource",
    operation: "resources/read",
    leaves: true,
    plant: async (secret, world) =>
      (await clientOf(world)).readResource({
        uri: `notes://${encodeURIComponent(secret)}/${encodeURIComponent(secret)}`,
      }),
  },
  {
    name: "mcp.prompt",
    operation: "prompts/get",
    leaves: true,
    plant: async (secret, world) =>
      (await clientOf(world)).getPrompt({ name: secret, arguments: { secret } }),
  },
  {
    name: "mcp.server",
    operation: "fail",
    leaves: false,
    plant: (secret, world, nth) => {
      const told = encodeURIComponent(secret);
      const meta = { [secret]: secret, baggage: `x=${told};y=${told}`, progressToken: secret };
      return sentToServer({ name: "fail", arguments: { nth, secret, [secret]: 1 }, _meta: meta }, world);
    },
  },
  {
    name: "mcp.server-tool",
    leaves: true,
    plant: (secret, world) => sentToServer({ name: secret, arguments: { secret } }, world),
  },
];
