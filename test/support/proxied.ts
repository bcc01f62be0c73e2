/** The proxy within this process, with a server as a process and its client's ends in hand. */
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { Failure } from "../../instrumentation/action/begin.ts";
import type { RecordedAction } from "../../instrumentation/index.ts";
import { type Ended, proxy, type ProxyOptions } from "../../instrumentation/mcp-proxy/proxy.ts";
import { until } from "./poll.ts";
import { repositoryRoot } from "./repository.ts";

export interface Seen {
  readonly action: RecordedAction;
  over: boolean;
  failure: Failure | undefined;
}

/** What a guard throws. */
export class Denied extends Error {
  override readonly name = "ActionDenied";
}

/** Stands for `record`, with a guard in it: keeps what it is given, and denies what `guard` throws at, now or later. */
export function watchful(guard: (action: RecordedAction) => void | Promise<void> = () => undefined): {
  readonly seen: Seen[];
  readonly record: NonNullable<ProxyOptions["record"]>;
} {
  const seen: Seen[] = [];
  const record: NonNullable<ProxyOptions["record"]> = (action, work, onValue) => {
    const one: Seen = { action, over: false, failure: undefined };
    seen.push(one);
    const run = async (): Promise<unknown> => {
      const value = await work();
      one.failure = onValue?.(value);
      one.over = true;
      return value;
    };
    const asked = guard(action);
    return (asked === undefined ? run() : asked.then(run)) as ReturnType<typeof work>;
  };
  return { seen, record };
}

export interface Proxied {
  write(text: string | Buffer): boolean;
  readonly input: PassThrough;
  /** Lines that the client got. */
  readonly lines: string[];
  /** The answer to a request. */
  answer(id: unknown): Promise<Record<string, unknown>>;
  readonly ended: Promise<Ended>;
  close(): Promise<Ended>;
}

export function proxied(options: Partial<ProxyOptions> = {}): Proxied {
  const input = new PassThrough();
  const output = new PassThrough();
  const lines: string[] = [];
  const answers = new Map<string, Record<string, unknown>>();
  let rest = "";
  output.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      lines.push(line);
      try {
        const message = JSON.parse(line) as Record<string, unknown>;
        answers.set(JSON.stringify(message["id"]), message);
      } catch {
        // Not all that a server says is JSON.
      }
    }
  });
  const ended = proxy({
    command: process.execPath,
    args: [join(repositoryRoot, "dist/test/support/line-server.js")],
    env: process.env,
    input,
    output,
    record: watchful().record,
    ...options,
  });
  return {
    write: (text) => input.write(text),
    input,
    lines,
    answer: (id) => until(`answer ${String(id)}`, () => answers.get(JSON.stringify(id))),
    ended,
    close: () => {
      input.end();
      return ended;
    },
  };
}
