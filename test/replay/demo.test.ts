import { readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { z } from "zod";
import { batchesOf } from "../../detector/replay/batches.ts";
import type { ReplaySpan } from "../../detector/replay/span-of-line.ts";
import { Grant } from "../../schemas/index.ts";

const sample = "deploy/demo/agentdojo.sample.jsonl.gz";

async function spans(): Promise<ReplaySpan[]> {
  const found: ReplaySpan[] = [];
  for await (const batch of batchesOf(sample)) {
    expect(batch.bad).toEqual([]);
    found.push(...batch.spans);
  }
  return found;
}

const identities = ["agent:banking", "agent:slack", "agent:workspace"];

describe("the demo's sample", () => {
  test("is small, in order of time, and its spans have ids of their own", async () => {
    expect(statSync(sample).size).toBeLessThan(400_000);
    const all = await spans();
    expect(all.map((one) => one.startMs)).toEqual(all.map((one) => one.startMs).toSorted((a, b) => a - b));
    expect(new Set(all.map((one) => one.traceId + one.spanId)).size).toBe(all.length);
  });

  test.each(identities)("has enough honest past of %s to learn from", async (identity) => {
    const past = (await spans()).filter(
      (one) => one.identityId === identity && one.startMs < Date.parse("2026-02-02"),
    );
    expect(past.length).toBeGreaterThanOrEqual(200);
    expect(new Set(past.map((one) => Math.floor(one.startMs / 86_400_000))).size).toBeGreaterThanOrEqual(7);
    expect(new Set(past.map((one) => one.traceId)).size).toBeGreaterThanOrEqual(3);
  });
});

test("the demo's grants are grants, and cover what the agents did while they were honest", async () => {
  const text = readFileSync("deploy/demo/grants.yaml", "utf8");
  const { grants } = z.strictObject({ grants: z.array(Grant) }).parse(parse(text));
  expect(grants.map((one) => one.grantee)).toEqual(identities);
  const allowed = new Map(grants.map((one) => [one.grantee, one.operations.map(patternOf)]));
  const past = (await spans()).filter((one) => one.startMs < Date.parse("2026-02-02"));
  const outside = past
    .map((one) => ({ identity: one.identityId, operation: String(one.attributes["nhi.action.name"]) }))
    .filter(
      ({ identity, operation }) => allowed.get(identity)?.some((pattern) => pattern.test(operation)) !== true,
    );
  expect(outside).toEqual([]);
});

function patternOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll("*", ".*")}$`, "u");
}
