/**
 * Goal: a denied call never reaches the server; all else passes byte for byte and in order, both ways, whatever is written.
 * Method: a server as a process that says what it was told, a double of `record` that denies, and lines as hostile as they come.
 */
import { describe, expect, test } from "@jest/globals";
import type { RecordedAction } from "../../../instrumentation/index.ts";
import { lineBytesMax } from "../../../instrumentation/mcp-proxy/limits.ts";
import { until } from "../../support/poll.ts";
import { Denied, proxied, watchful } from "../../support/proxied.ts";

const call = (id: unknown, name: string, more = ""): string =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"tools/call","params":{"name":"${name}"${more}}}\n`;
const deny = ({ name, resource }: RecordedAction): void => {
  if (name === "rm" || resource?.id.includes("secret") === true) throw new Denied("No grant covers it.");
};

describe("a denied call", () => {
  test.each([
    ["at once", (action: RecordedAction): void => deny(action)],
    ["later", async (action: RecordedAction): Promise<void> => deny(action)],
  ])("never reaches the server, and the model is told why, %s", async (_, guard) => {
    const { record } = watchful(guard);
    const client = proxied({ record });
    client.write(call(1, "rm"));
    client.write('{"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"kv://secret/a"}}\n');
    client.write('{"jsonrpc":"2.0","method":"tools/call","params":{"name":"rm"}}\n');
    client.write(call("three", "add"));
    expect(await client.answer(1)).toEqual({
      jsonrpc: "2.0",
      id: 1,
      result: { isError: true, content: [{ type: "text", text: "No grant covers it." }] },
    });
    expect(await client.answer(2)).toEqual({
      jsonrpc: "2.0",
      id: 2,
      error: { code: -32_003, message: "No grant covers it." },
    });
    expect(JSON.stringify(await client.answer("three"))).toContain("add");
    await client.close();
    // The server answers all that it reads: the notification it would have answered as well.
    expect(client.lines.filter((line) => line.includes('"line"'))).toHaveLength(1);
  });

  test("one that was given up while it waited for a person is not made when the person says yes", async () => {
    let approve = (): void => undefined;
    const { record } = watchful(() => new Promise((resolve) => (approve = () => resolve())));
    const client = proxied({ record });
    client.write(call(1, "deploy"));
    client.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}\n');
    client.write('{"id":2,"method":"ping"}\n');
    await client.answer(2);
    approve();
    client.write('{"id":3,"method":"ping"}\n');
    await client.answer(3);
    await client.close();
    expect(client.lines.some((line) => line.includes("deploy"))).toBe(false);
  });

  test("a record that fails of something else lets nothing through", async () => {
    const { record } = watchful(() => {
      throw new Error("sk-secret");
    });
    const client = proxied({ record });
    client.write(call(1, "add"));
    const told = JSON.stringify(await client.answer(1));
    expect(told).toContain("was not made");
    expect(told).not.toContain("sk-secret");
    await client.close();
  });
});

test("what is no action passes byte for byte and in order, wherever it is cut", async () => {
  const lines = [
    '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"n":12345678901234567890,"f":1.0}}',
    '{ "method" : "notifications/initialized" , "id":2}  ',
    '{"jsonrpc":"2.0","id":3,"result":{"roots":[{"uri":"file:///é\u{1F600}"}]}}',
    call(4, "add", ',"arguments":{"big":12345678901234567890,"f":1.50}').trim(),
  ];
  const { record, seen } = watchful();
  const client = proxied({ record });
  const bytes = Buffer.from(`${lines.join("\n")}\n`);
  for (let at = 0; at < bytes.byteLength; at += 7) client.write(bytes.subarray(at, at + 7));
  await client.answer(4);
  await client.close();
  const got = client.lines.map((line) => (JSON.parse(line) as { result: { line: string } }).result.line);
  // What is carried to the server is all that is new.
  expect(got.map((line) => line.replace(/"_meta":\{"baggage":"[^"]*"\},/u, ""))).toEqual(lines);
  expect(got[3]).toMatch(/"_meta":\{"baggage":"[^"]*nhi\.session=mcp-/u);
  expect(seen.map((one) => [one.action.name, one.over, one.failure])).toEqual([["add", true, undefined]]);
});

test("what the server says passes byte for byte, notifications, requests and nonsense too", async () => {
  const said =
    '{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage"}\r\n\nnonsense\n{"method":"x" }\nno end';
  const client = proxied();
  client.write(`${JSON.stringify({ do: "say", raw: said })}\n`);
  await until("it is there", () => client.lines.length === 4);
  await client.close();
  expect(client.lines).toEqual(said.split("\n").slice(0, -1));
});

test("lines too long, garbage and ids that are in use are refused, and the next line passes", async () => {
  const { record } = watchful();
  const client = proxied({ record });
  client.write(call(1, "add", `,"arguments":{"x":"${"x".repeat(lineBytesMax)}"}`));
  await until("it is refused", () => client.lines.length === 1);
  client.write("garbage\n");
  client.write(Buffer.from([0xff, 0xfe, 0x0a]));
  client.write('{"id":9,"do":"nothing","method":"tools/call","params":{"name":"slow"}}\n');
  client.write(call(9, "add"));
  expect(JSON.stringify(await client.answer(9))).toContain("in use");
  client.write(call(10, "add"));
  await client.answer(10);
  await client.close();
  expect(client.lines.filter((line) => line.includes('"error"'))).toHaveLength(4);
});

test("an answer that is too long to be read passes whole, and ends its call", async () => {
  const { record, seen } = watchful();
  const client = proxied({ record });
  const bytes = lineBytesMax + 10;
  client.write(
    `{"id":5,"do":"fill","bytes":${String(bytes)},"method":"tools/call","params":{"name":"export"}}\n`,
  );
  const { result } = (await client.answer(5)) as { result: { text: string } };
  expect(result.text).toHaveLength(bytes);
  await until("the action is over", () => seen[0]?.over);
  await client.close();
});

test("a thousand calls at once are each answered once, and recorded once", async () => {
  const { record, seen } = watchful(deny);
  const client = proxied({ record });
  for (let id = 0; id < 1000; id += 1) client.write(call(id, id % 10 === 0 ? "rm" : "add"));
  await until("all are answered", () => client.lines.length >= 1000);
  await client.close();
  const ids = client.lines.map((line) => (JSON.parse(line) as { id: number }).id);
  expect(new Set(ids).size).toBe(1000);
  expect(ids).toHaveLength(1000);
  expect(client.lines.filter((line) => line.includes("isError"))).toHaveLength(100);
  expect(seen).toHaveLength(1000);
  expect(seen.filter((one) => one.over)).toHaveLength(900);
});

describe("the end", () => {
  test("of the client is the server's", async () => {
    expect(await proxied().close()).toEqual({ code: 0, signal: null });
  });

  test.each([
    ["crash", { code: 7, signal: null }],
    ["kill", { code: null, signal: "SIGKILL" }],
  ])("of the server is ours: %s; what was under way is over", async (how, ended) => {
    const { record, seen } = watchful();
    const client = proxied({ record });
    client.write('{"id":1,"do":"nothing","method":"tools/call","params":{"name":"slow"}}\n');
    await until("it is under way", () => seen.length === 1);
    client.write(`${JSON.stringify({ do: how })}\n`);
    expect(await client.ended).toEqual(ended);
    await until("it is over", () => seen[0]?.over);
    expect(seen[0]?.failure).toEqual({ type: "cancelled" });
  });

  test("a signal is handed on", async () => {
    let signal: (name: NodeJS.Signals) => void = () => undefined;
    const client = proxied({ onSignal: (listener) => ((signal = listener), () => undefined) });
    client.write('{"id":1,"method":"ping"}\n');
    await client.answer(1);
    signal("SIGTERM");
    expect(await client.ended).toEqual({ code: null, signal: "SIGTERM" });
  });

  test("a server that can't be started is an error", async () => {
    await expect(proxied({ command: "/no/such/server" }).ended).rejects.toThrow("ENOENT");
  });
});
