/** Goal: `answerable replay` sends what is in a file, once, and says what it did. */
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { sample, sampleSpans } from "../support/stored.ts";
import { sql } from "../support/sql.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { answerable, startUp, type Up } from "../support/up.ts";

const folder = tempFolder("replay-verb");
let up: Up;
beforeAll(async () => {
  up = await startUp({ dataDir: join(folder.path, "data") });
}, 60_000);
afterAll(async () => {
  await up.stop();
  folder.remove();
});

/** Writes a file and gives its path. */
function file(name: string, text: string): string {
  writeFileSync(join(folder.path, name), text);
  return join(folder.path, name);
}

test("sends all of a file, goes on where it was, and then has nothing to send", async () => {
  const resume = join(folder.path, "resume.json");
  const first = await answerable(["replay", sample, "--to", up.url, "--resume", resume]);
  expect(first).toEqual({
    out: `${String(sampleSpans)} spans sent, 0 not taken, 0 lines unreadable\n`,
    // On a slow machine it says how far it is.
    err: expect.stringMatching(/^(?:\d+% \d+ spans sent\n)*$/u),
    code: 0,
  });
  const noted = JSON.parse(readFileSync(resume, "utf8")) as { lines: Record<string, number> };
  expect(Object.values(noted.lines)).toEqual([sampleSpans]);
  const [key] = Object.keys(noted.lines);
  writeFileSync(resume, JSON.stringify({ version: 1, lines: { [String(key)]: sampleSpans - 7 } }));
  expect((await answerable(["replay", sample, "--to", up.url, "--resume", resume])).out).toBe(
    "7 spans sent, 0 not taken, 0 lines unreadable\n",
  );
  expect((await answerable(["replay", sample, "--to", up.url, "--resume", resume])).out).toBe(
    "0 spans sent, 0 not taken, 0 lines unreadable\n",
  );
});

test("conversations are played through the SDK, so that each action says where its values came from", async () => {
  const said = {
    run_id: "played-1",
    identity: "agent:player",
    ts: "2026-01-05T00:00:00Z",
    messages: [
      { role: "user", text: "Please mail the report to Ana." },
      {
        role: "assistant",
        text: "",
        tool_calls: [{ id: "1", name: "contacts.find", arguments: { name: "Ana" } }],
      },
      { role: "tool", text: "Ana: ana@acme.example", tool_call_id: "1" },
      {
        role: "assistant",
        text: "",
        tool_calls: [{ id: "2", name: "mail.send", arguments: { to: "ana@acme.example" } }],
      },
      { role: "tool", text: "sent", tool_call_id: "2" },
    ],
  };
  const tools = {
    tools: {
      "contacts.find": { kind: "resource_access", mutating: false },
      "mail.send": { kind: "tool_call", mutating: true },
    },
    argument_types: [
      ["to", "email"],
      ["name", "contact"],
    ],
  };
  const conversations = file("conversations.jsonl", `${JSON.stringify(said)}\n{"run_id":7}\n`);
  const told = ["--tools", file("tools.json", JSON.stringify(tools)), "--to", up.url];
  const { out, err, code } = await answerable(["replay", "--conversations", conversations, ...told]);
  expect({ out, code }).toEqual({ out: "4 spans sent, 0 not taken, 1 lines unreadable\n", code: 0 });
  expect(err).toContain("conversations.jsonl:2: run_id:");
  const rows = await sql(
    up.clickhouseUrl,
    "SELECT operation, resource_ids[1], resource_origins[1] FROM v_actions WHERE identity_id = 'agent:player' AND kind != 'model_call' ORDER BY started_at FORMAT TSV",
    { database: "answerable" },
  );
  expect(rows.split("\n")).toEqual([
    "contacts.find\tAna\tprompt",
    "mail.send\tana@acme.example\ttool:contacts.find",
  ]);
});

test("conversations without a declaration of the tools are refused with a sentence", async () => {
  const { err, code } = await answerable(["replay", "--conversations", sample, "--to", up.url]);
  expect({ err, code }).toEqual({
    err: "--conversations needs --tools: a JSON file that says what the agents' tools are\n",
    code: 1,
  });
});

test("a line that can't be read is told with its number and costs its neighbours nothing", async () => {
  const good = JSON.stringify({
    run_id: "r",
    identity: "agent:r",
    session: "s",
    ts: "2026-01-05T00:00:00Z",
    seq: 0,
    kind: "exec",
    operation: "op",
    status: "ok",
  });
  const { out, err, code } = await answerable([
    "replay",
    file("lines.jsonl", `${good}\nnot json\n`),
    "--to",
    up.url,
  ]);
  expect({ out, code }).toEqual({ out: "1 spans sent, 0 not taken, 1 lines unreadable\n", code: 0 });
  expect(err).toMatch(/lines\.jsonl:2: is not JSON\n$/u);
});

test("keeps to --rate and shows how far it is where there is no terminal", async () => {
  const lines = Array.from({ length: 60 }, (_, at) =>
    JSON.stringify({
      run_id: "rate",
      identity: "agent:rate",
      session: "s",
      ts: "2026-01-05T00:00:00Z",
      seq: at,
      kind: "exec",
      operation: "op",
      status: "ok",
    }),
  );
  const startedAtMs = Date.now();
  const { out, err, code } = await answerable([
    "replay",
    file("rate.jsonl", lines.join("\n")),
    "--to",
    up.url,
    "--rate",
    "10",
    "--batch",
    "5",
  ]);
  expect({ out, code }).toEqual({ out: "60 spans sent, 0 not taken, 0 lines unreadable\n", code: 0 });
  expect(Date.now() - startedAtMs).toBeGreaterThan(5_000);
  expect(err).toMatch(/^\d+% \d+ spans sent\n$/u);
});

test("repeats what the receiver said when it refuses", async () => {
  const server = createServer(
    (req, res) =>
      void req
        .resume()
        .on("end", () =>
          res
            .writeHead(400, { "content-type": "application/json" })
            .end('{"code":3,"message":"The body is no good."}'),
        ),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { err, code } = await answerable([
    "replay",
    sample,
    "--to",
    `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
  ]);
  server.close();
  expect(code).toBe(1);
  expect(err).toMatch(/^http:\S+ refused the spans: HTTP 400/u);
});
