/**
 * Goal: CloudTrail files are scored by what their lines say they were, and a repeat counts as what it is.
 * Method: made-up lines of one identity that switches off what watches, twice, and of another that does nothing; a file of CloudTrail's own.
 */
import { expect, test } from "@jest/globals";
import { logOf } from "../../eval/log.ts";
import { Outcome } from "../../eval/outcome.ts";
import { pass } from "../../eval/pass.ts";
import { actionsOf, cloudOf } from "../../eval/read.ts";
import type { Request } from "../../eval/recorded.ts";
import { techniquesOf } from "../../eval/techniques.ts";
import { cloudRecord } from "../support/cloud-records.ts";
import { fileOf } from "../replay/support.ts";
import { settings } from "./sample.ts";

const learning = { acceptedUntilUs: 0, frozenFromUs: Number.POSITIVE_INFINITY };
const reading = { onUnread: ({ reason }: { reason: string }): void => expect(reason).toBe("") };

async function outcomeOf(requests: AsyncIterable<Request>): Promise<Outcome> {
  const all: Request[] = [];
  for await (const request of requests) all.push(request);
  const log = logOf(all, settings.limits);
  const outcome = new Outcome(log);
  await pass(log, outcome, { config: settings, learning });
  return outcome;
}

const line = (parts: object): string =>
  JSON.stringify({
    run_id: "x:bg",
    source: "x",
    identity: "user:a",
    session: "s",
    ts: "2026-03-03T10:00:00Z",
    seq: 0,
    kind: "resource_access",
    operation: "s3:ListBuckets",
    mutating: false,
    status: "ok",
    client: "aws-cli",
    source_ip: "10.0.0.1",
    account: "1",
    label: "benign",
    ...parts,
  });

test("an execution that repeats what was told is in its episode and in no finding", async () => {
  const stops = { operation: "cloudtrail:StopLogging", mutating: true, label: "attack" };
  const file = fileOf("cloud.jsonl", [
    line({}),
    line({ ...stops, run_id: "x:stop#1", seq: 1, ts: "2026-03-03T10:01:00Z" }),
    line({ ...stops, run_id: "x:stop#2", seq: 2, ts: "2026-03-03T10:02:00Z" }),
    line({ ...stops, run_id: "x:stop#3", seq: 3, ts: "2026-03-03T12:02:00Z" }),
    line({ run_id: "x:quiet#1", seq: 4, ts: "2026-03-03T12:03:00Z", label: "attack" }),
  ]);
  const score = techniquesOf(await outcomeOf(actionsOf(file, reading)));
  expect(score).toMatchObject({
    executions: { part: 1, whole: 4 },
    executionsSeen: { part: 2, whole: 4 },
    repeated: ["x:stop#2"],
    missed: ["x:stop#3", "x:quiet#1"],
    honestCited: { part: 0, whole: 1 },
    honestSeen: { part: 0, whole: 1 },
  });
});

test("a file of CloudTrail's own is judged, and its runs are its sessions", async () => {
  const record = cloudRecord({ eventName: "StopLogging", eventSource: "cloudtrail.amazonaws.com" });
  const outcome = await outcomeOf(
    cloudOf(fileOf("cloud.json", [JSON.stringify({ Records: [record] })]), reading),
  );
  expect([...outcome.runs.values()]).toMatchObject([{ actions: 1, flagged: true, seqs: new Set([1]) }]);
});
