/**
 * Goal: whoever starts the proxy in the place of a server sees it end as the server does, and the server is told nothing that is
 * the proxy's.
 * Method: the program as a user runs it, with a server as a process.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { until } from "../../support/poll.ts";
import { repositoryRoot } from "../../support/repository.ts";

const dist = join(repositoryRoot, "dist");
const lineServer = join(dist, "test/support/line-server.js");

function run(server: readonly string[] = [process.execPath, lineServer]) {
  const child = spawn(process.execPath, [join(dist, "detector/main.js"), "mcp-proxy", "--", ...server], {
    env: {
      PATH: process.env["PATH"],
      ANSWERABLE_IDENTITY: "agent:triage",
      ANSWERABLE_KEY: "0123456789abcdef",
      ANSWERABLE_EXPORTER: "console",
    },
  });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.err += text));
  const ended = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  return { child, said, ended };
}

const call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add"}}\n';

describe("it ends as its server does", () => {
  test.each([
    ["its input ends", "", [0, null]],
    ["it crashes", '{"do":"crash"}\n', [7, null]],
    ["it is killed", '{"do":"kill"}\n', [null, "SIGKILL"]],
  ])("when %s", async (_, last, how) => {
    const { child, said, ended } = run();
    child.stdin.write(call);
    await until("the call is answered", () => said.out.includes("\n"));
    child.stdin.write(last);
    if (last === "") child.stdin.end();
    expect(await ended).toEqual(how);
    // The action was told before the end, and the server's own words on the same stream.
    expect(said.err).toMatch(/agent:triage {2}tool_call {2}add {2}ok/u);
    expect(said.err.includes("crashed")).toBe(last.includes("crash"));
  });

  test("when it is asked to by a signal", async () => {
    const { child, said, ended } = run();
    child.stdin.write(call);
    await until("the call is answered", () => said.out.includes("\n"));
    child.kill("SIGTERM");
    expect(await ended).toEqual([null, "SIGTERM"]);
  });

  test("when there is none", async () => {
    const { said, ended } = run(["/no/such/server"]);
    expect(await ended).toEqual([1, null]);
    expect(said.err).toContain("ENOENT");
  });
});

test("the proxy's settings and keys are not handed on", async () => {
  const { child, said, ended } = run();
  child.stdin.end('{"id":1,"do":"env"}\n');
  await ended;
  expect(said.out).toContain("PATH");
  expect(said.out).not.toContain("ANSWERABLE");
});

test("nobody reads any more: the server's input ends", async () => {
  const { child, said, ended } = run();
  child.stdin.write(call);
  await until("the call is answered", () => said.out.includes("\n"));
  child.stdout.destroy();
  child.stdin.write(call.replace('"id":1', '"id":2').repeat(3));
  expect(await ended).toEqual([0, null]);
});
