import type { Config } from "../detector/config/config.ts";
import type { Around } from "./around.ts";
import { type RecordedLog, logOf } from "./log.ts";
import { actionsOf, cloudOf, conversationsOf, otlpOf, type Reading, sizeOf } from "./read.ts";
import type { EvalOptions } from "./options.ts";
import type { Request } from "./recorded.ts";

/** Which of what was asked for is read. */
export type Source = "actions" | "conversations";

/** Lines that can't be used are told one by one up to so many. */
const toldMax = 10;

/** Reads all files of a source into one log. */
export async function gather(
  source: Source,
  options: EvalOptions,
  withoutLineage: boolean,
  { config, progress, tell, signal }: Around,
): Promise<RecordedLog> {
  const files = options[source];
  const sizes = await Promise.all(files.map((file) => sizeOf(file)));
  const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
  const requests: Request[] = [];
  let unread = 0;
  let before = 0;
  for (const [nth, file] of files.entries()) {
    const reading: Reading = {
      signal,
      withoutLineage,
      onProgress: (bytes) =>
        progress.update({ done: before + bytes, total, text: `read, ${String(requests.length)} actions` }),
      onUnread: (one) => {
        unread += 1;
        if (unread <= toldMax) tell(`${one.file}:${String(one.line)}: ${one.reason}`);
      },
    };
    for await (const request of requestsOf(source, nth, options, config, reading)) requests.push(request);
    before += sizes[nth]!;
    progress.clear();
    tell(`${file}: read`);
  }
  if (unread > 0) tell(`${String(unread)} lines could not be used`);
  if (requests.length === 0)
    throw new Error(`nothing could be read from ${files.join(", ")}; is --format right?`);
  return logOf(requests, config.limits);
}

function requestsOf(
  source: Source,
  nth: number,
  { actions, conversations, tools, format }: EvalOptions,
  config: Config,
  reading: Reading,
): AsyncGenerator<Request> {
  if (source === "conversations")
    return conversationsOf(conversations[nth]!, tools[nth] ?? tools[0]!, reading);
  const file = actions[nth]!;
  switch (format) {
    case "actions":
      return actionsOf(file, reading);
    case "cloudtrail":
      return cloudOf(file, reading);
    case "otlp":
      return otlpOf(file, config.limits, reading);
  }
}
