import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { record } from "../action/record.ts";
import { Calls, errorAnswer, type RecordCall } from "./calls.ts";
import { drainMs, lineBytesMax, readBytesMax } from "./limits.ts";
import { type Line, LineSplitter } from "./lines.ts";
import { LongAnswer } from "./long-answer.ts";
import { codes, readAnswer, readClientLine } from "./message.ts";
import { Outlet } from "./outlet.ts";

/** Between whom the proxy stands. */
export interface ProxyOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Environment of the server. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the client writes, and reads. */
  readonly input: Readable;
  readonly output: Writable;
  /** Hands on signals that come until what it gives back is called. */
  readonly onSignal?: (listener: (signal: NodeJS.Signals) => void) => () => void;
  readonly record?: RecordCall;
}

/** How the server ended; the proxy is to end alike. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

type Server = ChildProcessByStdio<Writable, Readable, null>;

/**
 * Stands between a client and a server of the Model Context Protocol, which it starts: newline-delimited JSON-RPC over stdio. Calls
 * that are actions go through `record`; all else passes byte for byte and in order, both ways. Resolves when the server has ended.
 *
 * @throws Error when the server can't be started.
 * @example
 * const { code } = await proxy({ command: "npx", args: ["-y", "@acme/mcp"], env, input: process.stdin, output: process.stdout });
 */
export async function proxy(options: ProxyOptions): Promise<Ended> {
  const { command, args, env, input, output, onSignal = () => () => undefined } = options;
  const server = spawn(command, args, { env: { ...env }, stdio: ["pipe", "pipe", "inherit"] });
  const undo = onSignal((signal) => void server.kill(signal));
  try {
    await once(server, "spawn");
    const ended = endOf(server);
    const toServer = new Outlet(server.stdin, () => undefined);
    // Whoever reads nothing any more has gone, and the server's input ends as it would without us.
    const toClient = new Outlet(output, () => toServer.end());
    const calls = new Calls(options.record ?? record, {
      send: (text) => toServer.pass({ bytes: Buffer.from(`${text}\n`), part: "whole" }),
      answer: (message) => toClient.say(message),
    });
    const upward = fromClient(input, { toServer, toClient, calls });
    const downward = fromServer(server.stdout, { toClient, calls });
    upward.then(
      () => toServer.end(),
      () => toServer.end(),
    );
    const how = await ended;
    await downward.catch(() => undefined);
    calls.gone();
    input.destroy();
    return how;
  } finally {
    undo();
  }
}

/** Its output may be held by what it started, long after its own end. */
function endOf(server: Server): Promise<Ended> {
  return new Promise((resolve) => {
    server.once("exit", (code, signal) => {
      const timer = setTimeout(() => server.stdout.destroy(), drainMs);
      server.once("close", () => clearTimeout(timer));
      resolve({ code, signal });
    });
  });
}

interface Way {
  readonly toServer: Outlet;
  readonly toClient: Outlet;
  readonly calls: Calls;
}

async function fromClient(input: AsyncIterable<Buffer>, way: Way): Promise<void> {
  const splitter = new LineSplitter(lineBytesMax);
  for await (const chunk of input) {
    for (const line of splitter.push(chunk)) takeLine(line, way);
    // Who doesn't read what it is answered is not read from either.
    await way.toServer.ready();
    await way.toClient.ready();
  }
  for (const line of splitter.end()) takeLine(line, way);
}

function takeLine(line: Line, { toServer, toClient, calls }: Way): void {
  if (line.part === "end")
    toClient.say(errorAnswer(null, codes.invalid, `A line has more than ${String(lineBytesMax)} bytes.`));
  if (line.part !== "whole") return;
  const message = readClientLine(line.bytes);
  switch (message.what) {
    case "action":
      return void calls.begin(message.text, message.request);
    case "refused":
      return toClient.say(errorAnswer(message.id, message.code, message.why));
    case "cancelled":
      calls.cancelled(message.id);
      return toServer.pass(line);
    case "other":
      return toServer.pass(line);
  }
}

async function fromServer(
  output: AsyncIterable<Buffer>,
  { toClient, calls }: Omit<Way, "toServer">,
): Promise<void> {
  const splitter = new LineSplitter(readBytesMax);
  const long = new LongAnswer();
  const take = (line: Line): void => {
    toClient.pass(line);
    // Read after it was passed on: recording must not hold it up.
    if (!calls.isWaiting) return;
    const answer = line.part === "whole" ? readAnswer(line.bytes) : long.push(line);
    if (answer !== undefined) calls.answered(answer);
  };
  for await (const chunk of output) {
    for (const line of splitter.push(chunk)) take(line);
    await toClient.ready();
  }
  for (const line of splitter.end()) take(line);
}
