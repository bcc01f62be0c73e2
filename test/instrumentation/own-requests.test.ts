/**
 * Goal: what the SDK asks for itself, keys and tokens for example, is no action of its host.
 * Method: a program under `register`, without an OpenTelemetry SDK at first, makes a request as the SDK does and one as a host does.
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { repositoryRoot } from "../support/repository.ts";

const run = promisify(execFile);
const ours = (file: string): string => pathToFileURL(join(repositoryRoot, "dist/instrumentation", file)).href;

test("a request of ours is no action, and the host's same request is one", async () => {
  const server = createServer((_request, response) => response.end("{}")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const program = `
    import { get } from "node:http";
    import { httpFetch } from ${JSON.stringify(ours("identity/http.js"))};
    await httpFetch("${url}/keys");
    get("${url}/host", (answer) => answer.resume());`;
  const args = ["--import", ours("register.js"), "--input-type=module", "-e", program];
  const env = { ...process.env, ANSWERABLE_EXPORTER: "console", ANSWERABLE_IDENTITY: "agent:host" };
  try {
    const { stderr } = await run(process.execPath, args, { env });
    expect(stderr.trimEnd().split("\n")).toEqual([expect.stringContaining(`${url}/host`)]);
  } finally {
    server.close().closeAllConnections();
  }
});
