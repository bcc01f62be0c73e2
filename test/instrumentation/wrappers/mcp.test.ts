/**
 * Goal: a call of the Model Context Protocol is one action, of its caller; what the server does for it is the server's own,
 * with the call as parent and the caller's path before its own, across processes.
 * Method: the wrapper contract on the real SDK, over stdio and Streamable HTTP, with servers as processes.
 */
import type { Readable } from "node:stream";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import * as protocol from "@modelcontextprotocol/sdk/shared/protocol.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { afterEach, describe, expect, test } from "@jest/globals";
import { SpanKind } from "@opentelemetry/api";
import { prompt } from "../../../instrumentation/index.ts";
import { fetchWrapper } from "../../../instrumentation/wrappers/fetch.ts";
import { mcpWrapper } from "../../../instrumentation/wrappers/mcp.ts";
import { bodySecret, httpDouble } from "../../support/http-double.ts";
import { httpServer, serverArgs, toldSpans } from "../../support/mcp-world.ts";
import { until } from "../../support/poll.ts";
import { actionsOf, install, type Loaded, watchedRun } from "../../support/wrapped-run.ts";
import { type Use, wrapperContract } from "../../support/wrapper-contract.ts";

interface World {
  /** Address of the server over HTTP; the one over stdio is started by its client. */
  readonly url: string;
}

const argument = "sk-ant-api03-0123456789abcdefghijklmnopqrstuvwxyz";
const server = "mcp-server.js";

function stdio(tells = false): StdioClientTransport {
  return new StdioClientTransport({
    command: process.execPath,
    args: serverArgs(server, tells),
    env: { PATH: process.env["PATH"] ?? "", TELL_AS: "agent:server" },
    stderr: "pipe",
  });
}

async function withClient<T>(transport: unknown, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(transport as Transport);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

const call = {
  "nhi.action.kind": "tool_call",
  "mcp.method.name": "tools/call",
  "gen_ai.operation.name": "execute_tool",
};
const secrets = [argument, bodySecret, "Greet", "Ana Host"];

/** The same over each transport. */
function usesOver(name: string, open: (world: World) => unknown): Use<World>[] {
  return [
    {
      name: `${name}: good calls`,
      run: (see, world) =>
        withClient(open(world), async (client) => {
          see(
            "tools",
            (await client.listTools()).tools.map((one) => one.name),
          );
          see("ping", await client.ping());
          const params = { name: "secret", arguments: { key: argument } };
          const asked = client.callTool(params);
          see("promise", [asked instanceof Promise, Object.keys(asked)]);
          see("secret", await asked);
          see("untouched", params);
          see("add", await client.callTool({ name: "add", arguments: { a: 1, b: 2 } }));
          see("resource", await client.readResource({ uri: "notes://team/plan" }));
          see("prompt", await client.getPrompt({ name: "greet", arguments: { name: "Ana Host" } }));
        }),
      actions: [
        { ...call, "nhi.action.name": "secret" },
        { ...call, "nhi.action.name": "add" },
        {
          "nhi.action.kind": "resource_access",
          "nhi.action.name": "resources/read",
          "nhi.resource.id": "notes://team/plan",
        },
        {
          "nhi.action.kind": "resource_access",
          "nhi.action.name": "prompts/get",
          "nhi.resource.id": "greet",
        },
      ],
      secrets,
    },
    {
      name: `${name}: failures`,
      run: (see, world) =>
        withClient(open(world), async (client) => {
          see("by result", await client.callTool({ name: "fail", arguments: {} }));
          see("no such tool", await client.callTool({ name: "none", arguments: { key: argument } }));
          await client
            .readResource({ uri: "notes://none" })
            .catch((error: unknown) => see("no such resource", error));
          const given = new AbortController();
          const reason = new Error(argument);
          setTimeout(() => given.abort(reason), 20);
          await client
            .callTool({ name: "silent", arguments: {} }, undefined, { signal: given.signal })
            .catch((error: unknown) => see("given up", error));
          await client
            .callTool({ name: "silent", arguments: {} }, undefined, { timeout: 20 })
            .catch((error: unknown) => see("late", error));
        }),
      actions: [
        { ...call, "error.type": "tool_error" },
        { ...call, "error.type": "tool_error" },
        { "nhi.action.name": "resources/read", "error.type": "McpError" },
        { ...call, "error.type": "McpError" },
        { ...call, "error.type": "McpError" },
      ],
      secrets,
    },
    {
      name: `${name}: progress, and a connection that is closed`,
      run: async (see, world) => {
        const client = await withClient(open(world), async (opened) => {
          let wentOn: unknown;
          const onprogress = (told: { progress: number }): void => {
            see("progress", told);
            if (told.progress === 2) wentOn = opened.callTool({ name: "go-on", arguments: {} });
          };
          see("done", await opened.callTool({ name: "progress", arguments: {} }, undefined, { onprogress }));
          see("went on", await wentOn);
          return opened;
        });
        await client.callTool({ name: "add", arguments: {} }).catch((error: unknown) => see("closed", error));
      },
      actions: [call, { ...call, "nhi.action.name": "go-on" }, { ...call, "error.type": "Error" }],
    },
  ];
}

const modules: readonly Loaded[] = [
  {
    exports: protocol,
    module: { name: "@modelcontextprotocol/sdk", file: "dist/esm/shared/protocol.js", version: "1.32.2" },
  },
];

describe("contract", () => {
  wrapperContract<World>({
    wrapper: mcpWrapper,
    start: async () => {
      const { url, stop } = await httpServer(server);
      return { world: { url }, stop };
    },
    load: async () => modules,
    touches: () => [protocol.Protocol.prototype, Client.prototype],
    uses: [
      ...usesOver("stdio", () => stdio()),
      ...usesOver("HTTP", ({ url }) => new StreamableHTTPClientTransport(new URL(url))),
    ],
    app: {
      modules: {
        client: "@modelcontextprotocol/sdk/client/index.js",
        http: "@modelcontextprotocol/sdk/client/streamableHttp.js",
      },
      body: ({ url }) => `
        const open = new client.Client({ name: "app", version: "1.0.0" });
        await open.connect(new http.StreamableHTTPClientTransport(new URL("${url}")));
        console.log(JSON.stringify(await open.callTool({ name: "add", arguments: { a: 1, b: 2 } })));
        await open.close();`,
      actions: [
        ["resource_access", "http.post"],
        ["resource_access", "http.post"],
        ["resource_access", "http.get"],
        ["tool_call", "add"],
      ],
    },
  });
});

describe("across processes", () => {
  let undo: (() => void) | undefined;
  afterEach(() => {
    undo?.();
    undo = undefined;
  });

  test.each(["stdio", "http"])("what the server does over %s is its own, within the call", async (over) => {
    const page = await httpDouble();
    const http = over === "http" ? await httpServer(server, true) : undefined;
    const transport = http === undefined ? stdio(true) : new StreamableHTTPClientTransport(new URL(http.url));
    const output = http?.child.stderr ?? (transport as StdioClientTransport).stderr;
    const told = toldSpans(output as Readable);
    undo = install(mcpWrapper, modules);
    const left = await watchedRun(() =>
      withClient(transport, async (client) => {
        await client.callTool({ name: "read-page", arguments: { url: `${page.url}/hello` } });
        await until("the server tells", () => told.length > 0);
      }),
    );
    await http?.stop();
    await page.stop();
    const [asked] = actionsOf(left);
    expect(asked).toMatchObject({ name: "execute_tool read-page", kind: SpanKind.CLIENT });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      parentSpanContext: { spanId: asked?.spanContext().spanId },
      ids: { traceId: asked?.spanContext().traceId },
      attributes: {
        "nhi.action.name": "http.get",
        "nhi.resource.id": `${page.url}/hello`,
        "nhi.chain": ["user:ana", "agent:contract", "agent:server"],
        "nhi.session.id": "contract-session",
      },
    });
  });

  test("arguments say where they came from: the prompt, or what another tool gave", async () => {
    undo = install(mcpWrapper, modules);
    const left = await watchedRun(() =>
      withClient(stdio(), async (client) => {
        prompt("Please look up the account of carla.meyer@acme.example for me.");
        await client.callTool({ name: "secret", arguments: { key: "carla.meyer@acme.example" } });
        await client.callTool({ name: "secret", arguments: { key: bodySecret } });
      }),
    );
    expect(actionsOf(left).map(({ attributes }) => attributes["nhi.args.origin"])).toEqual([
      ["prompt"],
      ["tool:secret"],
    ]);
    expect(JSON.stringify(left)).not.toContain("carla.meyer");
  });

  test("a call that came without a trace is told of by the server, with the client that it knows", async () => {
    const http = await httpServer(server, true);
    const told = toldSpans(http.child.stderr as Readable);
    const requestInit = { headers: { authorization: "Bearer 7" } };
    await withClient(
      new StreamableHTTPClientTransport(new URL(http.url), { requestInit }),
      async (client) => {
        await client.callTool({ name: "fail", arguments: {} });
        await until("the server tells", () => told.length > 0);
      },
    );
    await http.stop();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      kind: SpanKind.SERVER,
      attributes: {
        "nhi.action.kind": "tool_call",
        "nhi.action.name": "fail",
        "error.type": "tool_error",
        "nhi.chain": ["oauth:client-of-7", "agent:server"],
      },
    });
    expect(JSON.stringify(told)).not.toContain(bodySecret);
  });

  test("requests that a transport makes for a call are part of it; to a strange host only the trace is told", async () => {
    const http = await httpServer(server);
    const undos = [install(mcpWrapper, modules), install(fetchWrapper, [])];
    undo = () => undos.forEach((one) => one());
    const seen: unknown[] = [];
    const left = await watchedRun(async () => {
      for (const url of [http.url, http.url.replace("127.0.0.1", "localhost.localdomain")])
        await withClient(
          new StreamableHTTPClientTransport(new URL(url), {
            // As a name that resolves to the server.
            fetch: (_, init) => fetch(http.url, init),
          }),
          async (client) => seen.push((await client.callTool({ name: "whoami", arguments: {} })).content),
        );
    });
    await http.stop();
    const names = actionsOf(left).map(({ attributes }) => attributes["nhi.action.name"]);
    expect(names.filter((name) => name === "whoami")).toHaveLength(2);
    // Hello, its confirmation, the stream for events and the farewell are no part of a call.
    expect(names.filter((name) => name !== "whoami")).toEqual(
      expect.arrayContaining(["http.post", "http.get"]),
    );
    expect(names).toHaveLength(2 + 2 * 3);
    expect(seen).toEqual([
      [{ type: "text", text: '[["baggage","traceparent"],true]' }],
      [{ type: "text", text: '[["traceparent"],true]' }],
    ]);
  });
});
