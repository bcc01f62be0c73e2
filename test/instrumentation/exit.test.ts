/**
 * Goal: a process ends when its host's work ends, as if we were not there, whatever the receiver does.
 * Method: processes of their own against receivers that misbehave. Each says itself how long it took to end.
 */
import { createServer } from "node:http";
import { describe, expect, test } from "@jest/globals";
import { runModule, runNode, sdkFolder } from "../support/harm/child.ts";
import { hostileReceivers, listening } from "../support/harm/receivers.ts";

const exitMs = 500;
/** To start a process and to load the encoder takes time on a machine that is busy. */
const slackMs = 4000;

const timed = `
let idleMs;
process.on("beforeExit", () => (idleMs ??= performance.now()));
process.on("exit", () => console.log(idleMs === undefined ? "none" : Math.round(performance.now() - idleMs)));
`;
const begin = `start({ limits: { exitMs: ${exitMs} } });\n`;
const act = `record({ kind: "tool_call", name: "t" }, () => 1);\n`;
const away = { ANSWERABLE_ENDPOINT: "http://127.0.0.1:1" };

async function withReceiver<T>(name: string, work: (env: Record<string, string>) => Promise<T>): Promise<T> {
  const { url, close } = await listening(hostileReceivers.find((one) => one.name === name)!);
  try {
    return await work({ ANSWERABLE_ENDPOINT: url });
  } finally {
    close();
  }
}

describe("a process", () => {
  test.each([
    "never answers",
    "never reads",
    "answers 200, and then a byte at a time",
    "answers without end",
    "resets",
  ])("whose receiver %s ends on time", async (name) => {
    const { code, out, err } = await withReceiver(name, (env) => runModule(`${timed}${begin}${act}`, env));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(Number(out)).toBeLessThanOrEqual(exitMs + slackMs);
  });

  test.each([
    {
      name: "start",
      args: ["--input-type=module", "-e", `import { start } from "${sdkFolder}index.js"; start();`],
    },
    { name: "register", args: ["--import", `${sdkFolder}register.js`, "-e", ""] },
  ])("that does nothing after $name ends at once, and sends nothing", async ({ args }) => {
    let requests = 0;
    const count = (): ReturnType<typeof createServer> => createServer(() => (requests += 1));
    const { url, close } = await listening({ make: count });
    const { code, signal, err } = await runNode(args, { ANSWERABLE_ENDPOINT: url });
    close();
    expect({ code, signal, err, requests }).toEqual({ code: 0, signal: null, err: "", requests: 0 });
  });

  test("that records while it ends, each time it is told, does end", async () => {
    const echo = `let told = 0; process.on("beforeExit", () => { told += 1; ${act} }); process.on("exit", () => console.log(told));`;
    const { code, signal, out } = await runModule(`${begin}${echo}`, away);
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(Number(out)).toBeLessThanOrEqual(2);
  });

  test("that ends has its spans sent, those of its last moment too", async () => {
    const bodies: number[] = [];
    const taking = (): ReturnType<typeof createServer> =>
      createServer((request, response) => {
        let bytes = 0;
        request.on("data", (data: Buffer) => (bytes += data.byteLength));
        request.on("end", () => {
          bodies.push(bytes);
          response.end();
        });
      });
    const { url, close } = await listening({ make: taking });
    const text = `const a = start(); process.on("beforeExit", () => {${act}}); process.on("exit", () => console.log(JSON.stringify(a.stats())));`;
    const { out } = await runModule(text, { ANSWERABLE_ENDPOINT: url });
    close();
    // Once by itself; sending it is work, after which Node says once more that nothing is left to do.
    expect(JSON.parse(out)).toMatchObject({ taken: 2, sent: 1, waiting: 1 });
    expect(bodies).toHaveLength(1);
  });

  test.each([
    { name: "an error that nobody catches", text: `throw new RangeError("of the host");` },
    {
      name: "a rejection that nobody handles",
      text: `const fail = async () => { throw new RangeError("of the host"); }; WRAP(fail);`,
    },
    { name: "its own status", text: `WRAP(() => process.exit(7));` },
  ])("that ends by $name ends alike with and without us", async ({ text }) => {
    const without = await runModule(text.replace(/WRAP\((.*)\);$/u, "($1)();"));
    const withUs = await runModule(
      begin + text.replace(/WRAP\((.*)\);$/u, `record({ kind: "exec", name: "x" }, $1);`),
      away,
    );
    const told = (err: string): unknown => /RangeError: of the host/u.exec(err)?.[0];
    expect([withUs.code, withUs.signal, told(withUs.err)]).toEqual([
      without.code,
      without.signal,
      told(without.err),
    ]);
  });
});
