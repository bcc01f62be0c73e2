import { readFile } from "node:fs/promises";
import { openKafka } from "../ingest/kafka.ts";
import { cloudReader, conversationReader, type LineReader, type Play } from "../replay/reader.ts";
import { JsonObjects } from "../replay/json-objects.ts";
import type { Splitter } from "../replay/lines.ts";
import { replay } from "../replay/replay.ts";
import type { ReplayTarget } from "../replay/target.ts";
import { httpTarget } from "../replay/to-http.ts";
import { kafkaTarget } from "../replay/to-kafka.ts";
import type { Context } from "../roles/context.ts";
import { kafkaAround } from "../roles/kafka-config.ts";
import type { ReplayVerbOptions } from "./program.ts";
import { count } from "./count.ts";
import { progressOn } from "./progress.ts";

interface Around {
  readonly token: string | undefined;
  readonly stderr: NodeJS.WritableStream;
  readonly localUrl: string;
  readonly openPlayer: OpenPlayer;
}

/** What plays recorded conversations through the SDK; told the text of the file that declares the tools. */
export type OpenPlayer = (tools: string) => Promise<{ readonly play: Play; stop(): Promise<void> }>;

/** `answerable replay`: recorded actions to a receiver or to the raw topic. */
export async function replayVerb(
  context: Context,
  files: readonly string[],
  given: ReplayVerbOptions,
  around: Around,
): Promise<void> {
  const { clock, signal, out } = context;
  const { played, read, split, stop } = await sourceOf(files, given, around);
  const { target, ready, close } = targetOf(context, given, around);
  const progress = progressOn(around.stderr, clock);
  try {
    await ready();
    const rateLimit = given.rate === undefined ? undefined : positive("--rate", given.rate);
    const counts = await replay({
      files: played,
      ...(read && { read }),
      ...(split && { split }),
      target,
      clock,
      signal,
      spansPerBatch: count("--batch", given.batch),
      ...(rateLimit === undefined ? {} : { rateLimit }),
      ...(given.resume === undefined ? {} : { resumeFile: given.resume }),
      onProgress: ({ bytesRead, bytesTotal, sent }) =>
        progress.update({ done: bytesRead, total: bytesTotal, text: `${String(sent)} spans sent` }),
      onBadLine: ({ file, line, reason }) => around.stderr.write(`${file}:${String(line)}: ${reason}\n`),
      onRejected: ({ count: rejected, message }) =>
        around.stderr.write(`${String(rejected)} spans were not taken: ${message}\n`),
    });
    progress.stop();
    out(
      `${String(counts.sent)} spans sent, ${String(counts.rejected)} not taken, ${String(counts.bad)} lines unreadable\n`,
    );
  } finally {
    progress.stop();
    await close();
    await stop();
  }
}

/** Files, what is in them, and how they are cut into it. */
interface Source {
  readonly played: readonly string[];
  readonly read?: LineReader;
  readonly split?: () => Splitter;
  readonly stop: () => Promise<void>;
}

/** The files to be played, and what their lines are. */
async function sourceOf(
  files: readonly string[],
  { conversations = [], tools, format }: ReplayVerbOptions,
  { openPlayer }: Around,
): Promise<Source> {
  if (format !== "actions" && format !== "cloudtrail")
    throw new Error(`--format is ${format}; it must be actions or cloudtrail`);
  if (conversations.length === 0) {
    if (files.length === 0)
      throw new Error("name a file of recorded actions, or --conversations with --tools");
    if (format === "actions") return { played: files, stop: nothingToStop };
    return { played: files, read: cloudReader, split: () => new JsonObjects(), stop: nothingToStop };
  }
  if (files.length > 0)
    throw new Error("recorded actions and conversations are replayed one after the other");
  if (tools === undefined)
    throw new Error("--conversations needs --tools: a JSON file that says what the agents' tools are");
  const player = await openPlayer(await readFile(tools, "utf8"));
  return { played: conversations, read: conversationReader(player.play), stop: () => player.stop() };
}

const nothingToStop = async (): Promise<void> => undefined;

function targetOf(
  context: Context,
  given: ReplayVerbOptions,
  { token, localUrl }: Around,
): { target: ReplayTarget; ready: () => Promise<void>; close: () => Promise<void> } {
  const { config, clock } = context;
  const to = given.to ?? localUrl;
  if (/^https?:\/\//u.test(to)) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return {
      target: httpTarget({ url: tracesUrl(to), clock, headers }),
      ready: async () => undefined,
      close: async () => undefined,
    };
  }
  if (!/^[^\s/]+:\d+(?:,[^\s/]+:\d+)*$/u.test(to)) {
    throw new Error(
      `--to is ${to}; it must be an OTLP/HTTP URL such as http://127.0.0.1:4318, or brokers such as 127.0.0.1:9092`,
    );
  }
  const topic = given.topic ?? config.kafka.topics.raw;
  const kafka = openKafka({ ...config.kafka, brokers: to.split(",") }, kafkaAround(context));
  const send = (records: readonly { readonly key: string; readonly value: Uint8Array }[]): Promise<void> =>
    kafka.send(
      topic,
      records.map((record) => ({ ...record, headers: {} })),
    );
  return {
    target: kafkaTarget(`${to}/${topic}`, { send }),
    ready: () => kafka.need([topic]),
    close: () => kafka.close(),
  };
}

/** Where spans go on a service: the path of the specification, unless the address names one. */
export function tracesUrl(url: string): string {
  const parsed = new URL(url);
  if (parsed.pathname === "/") parsed.pathname = "/v1/traces";
  return parsed.href;
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0)
    throw new Error(`${option} is ${text}; it must be a number above 0`);
  return number;
}
