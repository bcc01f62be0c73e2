/** Recorded runs that the repository carries, read as an evaluation reads them. */
import { join } from "node:path";
import { Config } from "../../detector/config/config.ts";
import { logOf, type RecordedLog } from "../../eval/log.ts";
import type { Request } from "../../eval/recorded.ts";
import { actionsOf } from "../../eval/read.ts";
import { repositoryRoot } from "../support/repository.ts";
import { bundledSample } from "../support/test-data.ts";

/** What comes before is honest. */
export const learnUntil = "2026-02-02T00:00:00Z";
const untilUs = Date.parse(learnUntil) * 1000;
export const frozen = { acceptedUntilUs: untilUs, frozenFromUs: untilUs };

export const sampleLabels = join(repositoryRoot, "test/recordings/eval/agentdojo.sample.labels.jsonl.gz");
export const settings = Config.parse({});

export async function sampleRequests(): Promise<readonly Request[]> {
  const requests: Request[] = [];
  const onUnread = ({ line, reason }: { line: number; reason: string }): never => {
    throw new Error(`line ${String(line)}: ${reason}`);
  };
  for await (const request of actionsOf(bundledSample, { onUnread })) requests.push(request);
  return requests;
}

export async function sampleLog(): Promise<RecordedLog> {
  return logOf(await sampleRequests(), settings.limits);
}
