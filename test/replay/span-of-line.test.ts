import { describe, expect, test } from "@jest/globals";
import { parseLine } from "../../detector/replay/line.ts";
import { encodeSpans } from "../../detector/replay/otlp.ts";
import { spanOfLine, type ReplaySpan } from "../../detector/replay/span-of-line.ts";
import { attributes } from "../../schemas/index.ts";
import { lineOf } from "./support.ts";

function spanOf(given: Record<string, unknown> = {}): ReplaySpan {
  const parsed = parseLine(JSON.stringify(lineOf(given)));
  if (!parsed.ok) throw new Error(parsed.reason);
  return spanOfLine(parsed.line);
}

const cloudLine = {
  run_id: "invictus_aws:bg",
  session: "c8df2b2f07",
  source: "invictus_aws",
  identity: "user:benjamin",
  identity_type: "IAMUser",
  kind: "resource_access",
  operation: "s3:GetBucketPolicy",
  resource: "bucket-1",
  mutating: false,
  args_digest: "57c4",
  status: "error",
  error: "NoSuchBucketPolicy",
  region: "us-east-1",
  source_ip: "10.248.16.43",
  client: "boto3",
  account: "123837392027",
  label: "attack-L4B3L",
  technique: "t-L4B3L",
};

describe("a line as a span", () => {
  test("of a tool call", () => {
    const span = spanOf({
      resource: "DE89",
      resource_type: "account_or_user",
      resource_origin: "tool:read_file",
      resources: [
        { type: "email", value: "a@b.c", origin: "prompt" },
        { type: "file", value: "3", origin: "none" },
      ],
      mutating: true,
      args: { iban: "DE89" },
      args_digest: "664a",
      out_chars: 12,
    });
    expect(span).toMatchObject({
      name: "execute_tool send_money",
      kind: "internal",
      failed: false,
      identityId: "agent:banking",
    });
    expect(span.endMs - span.startMs).toBe(1);
    expect(new Date(span.startMs).toISOString()).toBe("2026-01-05T00:00:01.691Z");
    expect(span.attributes).toEqual({
      "nhi.identity.id": "agent:banking",
      "nhi.identity.kind": "ai_agent",
      "nhi.action.kind": "tool_call",
      "nhi.action.name": "send_money",
      "nhi.action.mutating": true,
      "nhi.session.id": "ad-1",
      "nhi.step": 1,
      "nhi.args.digest": "664a",
      "nhi.result.bytes": 12,
      "nhi.resource.id": "DE89",
      "nhi.resource.kind": "account_or_user",
      "nhi.resource.origin": "tool:read_file",
      "nhi.resources.id": ["a@b.c", "3"],
      "nhi.resources.kind": ["email", "file"],
      "nhi.resources.origin": ["prompt", "none"],
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "send_money",
    });
  });

  test("of a model call", () => {
    const span = spanOf({
      kind: "model_call",
      operation: "chat",
      resource: "gpt-x",
      out_chars: 7,
      n_tool_calls: 1,
    });
    expect(span).toMatchObject({ name: "chat gpt-x", kind: "client" });
    expect(span.attributes).toMatchObject({
      "nhi.action.kind": "model_call",
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": "gpt-x",
      "nhi.resource.kind": "model",
    });
    expect(span.attributes).not.toHaveProperty("gen_ai.tool.name");
  });

  test("of a CloudTrail event, without its label", () => {
    const span = spanOf(cloudLine);
    expect(span).toMatchObject({ name: "s3:GetBucketPolicy", kind: "client", failed: true });
    expect(span.attributes).toEqual({
      "nhi.identity.id": "user:benjamin",
      "nhi.identity.kind": "service_account",
      "nhi.action.class": "account_discovery",
      "nhi.client.kind": "program",
      "user_agent.name": "boto3",
      "nhi.action.kind": "resource_access",
      "nhi.action.name": "s3:GetBucketPolicy",
      "nhi.action.mutating": false,
      "nhi.session.id": "c8df2b2f07",
      "nhi.step": 1,
      "nhi.args.digest": "57c4",
      "nhi.resource.id": "bucket-1",
      "error.type": "NoSuchBucketPolicy",
      "cloud.provider": "aws",
      "cloud.account.id": "123837392027",
      "cloud.region": "us-east-1",
      "client.address": "10.248.16.43",
    });
  });

  test("of a CloudTrail event, whose run tells the truth about it, has ids that say nothing of the run", () => {
    const span = spanOf({ ...cloudLine, run_id: "invictus_aws:a-technique" });
    expect(span).toEqual(spanOf({ ...cloudLine, run_id: "invictus_aws:bg" }));
  });

  test("has only attributes that the contract knows", () => {
    const known = new Set(attributes.map((one) => one.name));
    const used = [
      spanOf({ resource: "r" }),
      spanOf(cloudLine),
      spanOf({ kind: "model_call", resource: "m" }),
    ];
    for (const span of used)
      expect(Object.keys(span.attributes).filter((name) => !known.has(name))).toEqual([]);
  });
});

test.each([
  { identity: "agent:slack", client: undefined, kind: "ai_agent" },
  { identity: "role:deploy", client: "aws-cli", kind: "service_account" },
  { identity: "service:ec2.amazonaws.com", client: "aws-service", kind: "service_account" },
  { identity: "user:pedro", client: "console", kind: "human" },
  { identity: "user:pedro", client: "terraform", kind: "service_account" },
  { identity: "federateduser:x", client: "aws-sdk-go", kind: "service_account" },
  { identity: "something", client: undefined, kind: "unknown" },
])("$identity through $client is $kind", ({ identity, client, kind }) => {
  expect(spanOf({ identity, client }).attributes["nhi.identity.kind"]).toBe(kind);
});

test.each([
  { status: "ok", failed: false, type: undefined },
  { status: "unknown", failed: false, type: undefined },
  { status: "error", failed: true, type: "_OTHER" },
  { status: "denied", failed: true, type: "denied" },
])("status $status", ({ status, failed, type }) => {
  const span = spanOf({ status });
  expect(span.failed).toBe(failed);
  expect(span.attributes["error.type"]).toBe(type);
});

describe("ids", () => {
  test("are the same on each replay, one trace a run", () => {
    expect(spanOf()).toEqual(spanOf());
    expect(spanOf({ seq: 2 }).traceId).toBe(spanOf().traceId);
    expect(spanOf({ seq: 2 }).spanId).not.toBe(spanOf().spanId);
    expect(spanOf().traceId).toMatch(/^[0-9a-f]{32}$/u);
    expect(spanOf().spanId).toMatch(/^[0-9a-f]{16}$/u);
  });

  test("tell sessions of a shared run apart", () => {
    const other = spanOf({ ...cloudLine, session: "other" });
    expect(other.spanId).not.toBe(spanOf(cloudLine).spanId);
    expect(other.traceId).not.toBe(spanOf(cloudLine).traceId);
  });
});

test("values of arguments, labels and unknown fields are nowhere in the bytes", () => {
  const canary = "C4N4RY";
  const spans = [
    spanOf({ args: { iban: canary, deep: [{ [canary]: canary }] }, note: canary }),
    spanOf({ ...cloudLine, label: canary, technique: canary, split: canary }),
  ];
  const bytes = Buffer.from(encodeSpans(spans));
  expect(bytes.includes("send_money")).toBe(true);
  expect(bytes.includes(canary)).toBe(false);
  expect(bytes.includes("L4B3L")).toBe(false);
});
