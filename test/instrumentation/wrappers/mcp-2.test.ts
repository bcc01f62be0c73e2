/**
 * Goal: version 2 of the Model Context Protocol's SDK is watched by the same wrapper as version 1.
 * Method: the wrapper contract on the real SDK, with a server of version 2 as a process.
 */
import type { Readable } from "node:stream";
import * as sdk from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { describe, expect, test } from "@jest/globals";
import { mcpWrapper } from "../../../instrumentation/wrappers/mcp.ts";
import { bodySecret, httpDouble } from "../../support/http-double.ts";
import { serverArgs, toldSpans } from "../../support/mcp-world.ts";
import { until } from "../../support/poll.ts";
import { actionsOf, install, type Loaded, watchedRun } from "../../support/wrapped-run.ts";
import { wrapperContract } from "../../support/wrapper-contract.ts";

const argument = "sk-ant-api03-0123456789abcdefghijklmnopqrstuvwxyz";
const modules: readonly Loaded[] = [
  { exports: sdk, module: { name: "@modelcontextprotocol/client", file: "", version: "2.4.0" } },
];

function stdio(tells = false): StdioClientTransport {
  return new StdioClientTransport({
    command: process.execPath,
    args: serverArgs("mcp-server-2.js", tells),
    env: { PATH: process.env["PATH"] ?? "", TELL_AS: "agent:server" },
    stderr: "pipe",
  });
}

async function withClient<T>(
  transport: StdioClientTransport,
  work: (client: sdk.Client) => Promise<T>,
): Promise<T> {
  const client = new sdk.Client({ name: "test", version: "1.0.0" });
  await client.connect(transport);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

const call = { "nhi.action.kind": "tool_call", "mcp.method.name": "tools/call" };

describe("contract", () => {
  wrapperContract<string>({
    wrapper: mcpWrapper,
    start: () => Promise.resolve({ world: serverArgs("mcp-server-2.js", false)[0]!, stop: () => undefined }),
    load: () => Promise.resolve(modules),
    touches: () => [sdk.Protocol.prototype, sdk.Client.prototype],
    uses: [
      {
        name: "calls, and how they fail",
        run: (see) =>
          withClient(stdio(), async (client) => {
            see(
              "tools",
              (await client.listTools()).tools.map((one) => one.name),
            );
            see("secret", await client.callTool({ name: "secret", arguments: { key: argument } }));
            see("resource", await client.readResource({ uri: "notes://team/plan" }));
            see("by result", await client.callTool({ name: "fail", arguments: {} }));
            await client
              .readResource({ uri: "notes://none" })
              .catch((error: unknown) => see("no such resource", error));
            const signal = AbortSignal.timeout(20);
            await client
              .callTool({ name: "silent", arguments: {} }, { signal })
              .catch((error: unknown) => see("given up", error));
            await client
              .callTool({ name: "silent", arguments: {} }, { timeout: 20 })
              .catch((error: unknown) => see("late", error));
          }),
        actions: [
          { ...call, "nhi.action.name": "secret" },
          { "nhi.action.kind": "resource_access", "nhi.resource.id": "notes://team/plan" },
          { ...call, "error.type": "tool_error" },
          { "nhi.action.name": "resources/read", "error.type": "ProtocolError" },
          { ...call, "error.type": "SdkError" },
          { ...call, "error.type": "SdkError" },
        ],
        secrets: [argument, bodySecret],
      },
    ],
    app: {
      modules: { client: "@modelcontextprotocol/client", stdio: "@modelcontextprotocol/client/stdio" },
      body: (file) => `
        const open = new client.Client({ name: "app", version: "1.0.0" });
        await open.connect(new stdio.StdioClientTransport({ command: process.execPath, args: ["${file}"] }));
        console.log(JSON.stringify(await open.callTool({ name: "fail", arguments: {} })));
        await open.close();`,
      actions: [
        ["exec", "node"],
        ["tool_call", "fail"],
      ],
    },
  });
});

test("what the server does is its own, within the call", async () => {
  const page = await httpDouble();
  const transport = stdio(true);
  const told = toldSpans(transport.stderr as Readable);
  const undo = install(mcpWrapper, modules);
  const left = await watchedRun(() =>
    withClient(transport, async (client) => {
      await client.callTool({ name: "read-page", arguments: { url: `${page.url}/hello` } });
      await until("the server tells", () => told.length > 0);
    }),
  );
  undo();
  await page.stop();
  const [asked] = actionsOf(left);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({
    parentSpanContext: { spanId: asked?.spanContext().spanId },
    attributes: {
      "nhi.action.name": "http.get",
      "nhi.chain": ["user:ana", "agent:contract", "agent:server"],
    },
  });
});
