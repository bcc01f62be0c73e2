import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { repositoryRoot } from "./repository.ts";

const support = join(repositoryRoot, "dist/test/support");

/** How a server is run; `tells`: what leaves it comes on its error output. */
export function serverArgs(file: string, tells: boolean, ...args: string[]): string[] {
  return [...(tells ? ["--import", join(support, "tell.js")] : []), join(support, file), ...args];
}

/** A server over HTTP, in a process of its own. */
export async function httpServer(
  file: string,
  tells = false,
): Promise<{ url: string; child: ChildProcess; stop: () => Promise<void> }> {
  const child = spawn(process.execPath, serverArgs(file, tells, "http"), {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], TELL_AS: "agent:server" },
  });
  const [url] = (await once(createInterface(child.stdout), "line")) as [string];
  return {
    url,
    child,
    stop: async () => {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

/** What a process says of its spans. */
export interface ToldSpan {
  readonly name: string;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly ids: { readonly traceId: string; readonly spanId: string };
  readonly parentSpanContext?: { readonly spanId: string };
}

/** Spans that a process tells of, as they come. */
export function toldSpans(output: NodeJS.ReadableStream): ToldSpan[] {
  const told: ToldSpan[] = [];
  createInterface(output).on("line", (line) => {
    if (line.startsWith("{")) told.push(JSON.parse(line) as ToldSpan);
  });
  return told;
}
