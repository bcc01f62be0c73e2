/**
 * Goal: a client of the Model Context Protocol sees no difference with the proxy before its server, and each call is in the store
 * as an action of who was named.
 * Method: the real SDK, version 1 and 2, its server as a process; the program as a user runs it, telling a real `answerable up`.
 */
import { join } from "node:path";
import * as second from "@modelcontextprotocol/client";
import { StdioClientTransport as SecondTransport } from "@modelcontextprotocol/client/stdio";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { serverArgs } from "../../support/mcp-world.ts";
import { until } from "../../support/poll.ts";
import { repositoryRoot } from "../../support/repository.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { startUp, type Up } from "../../support/up.ts";

let up: Up;
const folder = tempFolder("mcp-proxy");

beforeAll(async () => {
  up = await startUp({ dataDir: join(folder.path, "data") });
}, 60_000);

afterAll(async () => {
  await up.stop();
  folder.remove();
}, 30_000);

const program = join(repositoryRoot, "dist/detector/main.js");

function command(file: string, isProxied: boolean, identity: string) {
  const server = [process.execPath, ...serverArgs(file, false)];
  const args = isProxied ? [program, "mcp-proxy", "--identity", identity, "--", ...server] : server.slice(1);
  const env = { PATH: process.env["PATH"] ?? "", ANSWERABLE_ENDPOINT: up.url };
  return { command: process.execPath, args, env, stderr: "pipe" as const };
}

/** What both versions' clients can do. */
interface AnyClient {
  listTools(): Promise<unknown>;
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  readResource(params: { uri: string }): Promise<unknown>;
  close(): Promise<void>;
}

async function use(client: AnyClient): Promise<unknown[]> {
  const told = (error: unknown): string => String(error);
  const seen = [
    await client.listTools(),
    await client.callTool({ name: "secret", arguments: { key: "k" } }),
    await client.callTool({ name: "fail", arguments: {} }),
    await client.callTool({ name: "none", arguments: {} }).catch(told),
    await client.readResource({ uri: "notes://team/plan" }),
    await client.readResource({ uri: "notes://none" }).catch(told),
    await Promise.all(
      Array.from({ length: 50 }, (_, nth) =>
        client.callTool({ name: "secret", arguments: { key: String(nth) } }),
      ),
    ),
  ];
  await client.close();
  return seen;
}

const versions = [
  {
    version: 1,
    open: async (isProxied: boolean): Promise<AnyClient> => {
      const client = new Client({ name: "test", version: "1.0.0" });
      await client.connect(new StdioClientTransport(command("mcp-server.js", isProxied, "agent:first")));
      return client;
    },
    who: "agent:first",
  },
  {
    version: 2,
    open: async (isProxied: boolean): Promise<AnyClient> => {
      const client = new second.Client({ name: "test", version: "1.0.0" });
      await client.connect(new SecondTransport(command("mcp-server-2.js", isProxied, "agent:second")));
      return client;
    },
    who: "agent:second",
  },
];

test.each(versions)(
  "version $version of the SDK sees no difference, and the store sees each call",
  async ({ open, who }) => {
    const without = await use(await open(false));
    expect(await use(await open(true))).toEqual(without);
    const sql = `SELECT kind, operation, resource_ids[1], uniqExact(session_id), count(), countIf(status = 'error') FROM answerable.v_actions
    WHERE identity_id = '${who}' AND phase = 'end' GROUP BY ALL ORDER BY kind DESC, operation, resource_ids[1] FORMAT JSONCompactStrings`;
    const rows = await until("all are stored", async () => {
      const response = await fetch(up.clickhouseUrl, { method: "POST", body: sql });
      const { data } = (await response.json()) as { data: string[][] };
      return data.reduce((sum, row) => sum + Number(row[4]), 0) === 55 ? data : undefined;
    });
    expect(rows).toEqual([
      ["tool_call", "fail", "", "1", "1", "1"],
      ["tool_call", "none", "", "1", "1", "1"],
      ["tool_call", "secret", "", "1", "51", "0"],
      ["resource_access", "resources/read", "notes://none", "1", "1", "1"],
      ["resource_access", "resources/read", "notes://team/plan", "1", "1", "0"],
    ]);
  },
  60_000,
);
