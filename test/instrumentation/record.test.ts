import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { NodeSDK, tracing } from "@opentelemetry/sdk-node";
import { record, type RecordedAction } from "../../instrumentation/index.ts";

const exporter = new tracing.InMemorySpanExporter();
const sdk = new NodeSDK({
  spanProcessors: [new tracing.SimpleSpanProcessor(exporter)],
  autoDetectResources: false,
  metricReaders: [],
  logRecordProcessors: [],
});
sdk.start();
afterAll(() => sdk.shutdown());
afterEach(() => exporter.reset());

const action: RecordedAction = { kind: "tool_call", name: "tickets.create" };

function only(): tracing.ReadableSpan {
  const [span, ...more] = exporter.getFinishedSpans();
  if (span === undefined || more.length > 0)
    throw new Error(`one span was expected, there are ${more.length + 1}`);
  return span;
}

describe("record", () => {
  test("gives back the value, and says what was done", () => {
    const answer: number = record(
      {
        kind: "secret_read",
        name: "vault.kv.read",
        identity: { id: "agent:triage", kind: "ai_agent", owner: "ana@acme.example" },
        resource: { id: "kv/prod/db", kind: "secret", origin: "prompt" },
        mutating: false,
        session: "s1",
        task: "TCK-1",
        grant: "g1",
        chain: ["user:ana", "agent:triage"],
      },
      () => 42,
    );
    expect(answer).toBe(42);
    const span = only();
    expect(span).toMatchObject({
      name: "secret.read vault",
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
    });
    expect(span.attributes).toEqual({
      "nhi.action.kind": "secret_read",
      "nhi.action.name": "vault.kv.read",
      "nhi.identity.id": "agent:triage",
      "nhi.identity.kind": "ai_agent",
      "nhi.identity.owner": "ana@acme.example",
      "nhi.resource.id": "kv/prod/db",
      "nhi.resource.kind": "secret",
      "nhi.resource.origin": "prompt",
      "nhi.action.mutating": false,
      "nhi.session.id": "s1",
      "nhi.task.id": "TCK-1",
      "nhi.grant.id": "g1",
      "nhi.chain": ["user:ana", "agent:triage"],
    });
  });

  test("ends when the promise settles, and settles alike", async () => {
    const followed = record(action, () => Promise.resolve("done"));
    expect(exporter.getFinishedSpans()).toHaveLength(0);
    expect(await followed).toBe("done");
    expect(only().name).toBe("execute_tool tickets.create");
  });

  test.each([
    {
      name: "thrown",
      work: (): unknown => {
        throw new TypeError("S3CRET");
      },
    },
    { name: "rejected", work: (): unknown => Promise.reject(new TypeError("S3CRET")) },
  ])("an error that is $name reaches the caller, and of it only the class the span", async ({ work }) => {
    await expect((async () => record(action, work))()).rejects.toThrow("S3CRET");
    const span = only();
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(span.attributes["error.type"]).toBe("TypeError");
    expect(span.events).toEqual([]);
    expect(JSON.stringify([span.attributes, span.status])).not.toContain("S3CRET");
  });

  test("spans made inside are its children", async () => {
    await record({ kind: "agent_run", name: "triage" }, async () => {
      await Promise.resolve();
      return record(action, () => 1);
    });
    const [inner, outer] = exporter.getFinishedSpans();
    expect(outer?.name).toBe("invoke_agent triage");
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  });

  test("runs the work once and throws nothing of its own when tracing is broken", () => {
    const hostile: RecordedAction = {
      kind: "exec",
      get name(): string {
        throw new Error("getter");
      },
    };
    let runs = 0;
    expect(record(hostile, () => ++runs)).toBe(1);
    expect(runs).toBe(1);
    expect(exporter.getFinishedSpans()).toHaveLength(0);
  });
});

test.each([
  { given: { kind: "tool_call", name: "t" }, name: "execute_tool t" },
  { given: { kind: "agent_run", name: "triage" }, name: "invoke_agent triage" },
  { given: { kind: "model_call", name: "chat", resource: { id: "m1", kind: "model" } }, name: "chat m1" },
  {
    given: { kind: "delegation", name: "handoff", resource: { id: "agent:b", kind: "agent" } },
    name: "delegate agent:b",
  },
  { given: { kind: "secret_write", name: "vault.kv.write" }, name: "secret.write vault" },
  {
    given: { kind: "credential_issue", name: "sts", resource: { id: "r", kind: "aws_sts" } },
    name: "credential.issue aws_sts",
  },
  { given: { kind: "credential_revoke", name: "revoke" }, name: "credential.revoke revoke" },
  {
    given: { kind: "resource_access", name: "db.select", resource: { id: "users", kind: "db_table" } },
    name: "access db_table",
  },
  {
    given: { kind: "resource_access", name: "s3.put", resource: { id: "k", kind: "object" }, mutating: true },
    name: "write object",
  },
  { given: { kind: "permission_change", name: "iam.attach" }, name: "permission.modify" },
  { given: { kind: "approval", name: "request" }, name: "approval request" },
  { given: { kind: "exec", name: "psql" }, name: "exec psql" },
] as const)("a span of $given.kind is named $name", ({ given, name }) => {
  record(given, () => undefined);
  expect(only().name).toBe(name);
});

test("without an SDK the work just runs", () => {
  trace.disable();
  context.disable();
  expect(record(action, () => "value")).toBe("value");
});
