import { describe, expect, jest, test } from "@jest/globals";
import type { Attributes } from "@opentelemetry/api";
import type { SpanResource } from "../../instrumentation/emit/finished-span.ts";
import { type LeavingSpan, leaving } from "../../instrumentation/emit/leaving.ts";
import { encodeTraces } from "../../instrumentation/emit/otlp-encode.ts";
import { finished, redactor } from "../support/own-spans.ts";

const cyclic: Record<string, unknown> = {};
cyclic["self"] = cyclic;

function leave(attributes: object, resource?: SpanResource, self?: string): LeavingSpan {
  const make = leaving({
    redactor,
    dropped: () => 0,
    process: () => ours,
    self: () => self,
  });
  return make(
    { span: finished(attributes as Attributes, { resource }), seq: 7, urgent: false, bytes: 0 },
    true,
  );
}

const ours: Attributes = { "service.instance.id": "i1", "service.name": "app" };

describe("a span that leaves", () => {
  test("holds only what the detector reads", () => {
    const { attributes } = leave({
      "nhi.action.kind": "tool_call",
      "db.query.text": "SELECT S3CRET",
      "http.request.header.authorization": "Bearer x",
      "gen_ai.input.messages": "everything",
      "url.full": "https://host.example/path?token=x",
      "nhi.bound.id": "agent:other",
      "nhi.bound.contradicted": "agent:other",
    });
    expect(attributes).toEqual({
      "nhi.action.kind": "tool_call",
      "url.full": "https://host.example/path",
      "nhi.seq": 7,
    });
  });

  test("has no attribute that is none, and can be encoded whatever it was given", () => {
    const odd: unknown[] = [
      cyclic,
      Symbol("s"),
      10n,
      () => 1,
      null,
      Number.NaN,
      [cyclic],
      [1, Number.NaN],
      new Date(0),
    ];
    for (const value of odd) {
      const span = leave({ "nhi.resource.id": value, "nhi.task.id": "t" });
      expect(span.attributes).toEqual({ "nhi.task.id": "t", "nhi.seq": 7 });
      expect(encodeTraces([span])?.byteLength).toBeGreaterThan(0);
    }
    expect(leave({ "nhi.chain": ["a", undefined, 3] }).attributes["nhi.chain"]).toEqual(["a", "", ""]);
  });

  test("says the host's resource and our name of the process, without secrets", () => {
    const resource = { attributes: { "service.name": "S3CRET", "service.instance.id": "theirs" } };
    expect(leave({}, resource).resource).toEqual({
      "service.name": "[redacted]",
      "service.instance.id": "i1",
    });
  });

  test("doesn't wait for what the host's SDK still looks for, and asks it to look", async () => {
    const attributes = jest.fn(() => ({}));
    let found: (() => void) | undefined;
    const resource = {
      get attributes() {
        return attributes();
      },
      asyncAttributesPending: true,
      waitForAsyncAttributes: jest.fn(() => new Promise<void>((resolve) => (found = resolve))),
      getRawAttributes: () => [
        ["service.name", "early"] as const,
        ["host.name", new Promise(() => undefined)] as const,
      ],
    };
    const make = leaving({
      redactor,
      dropped: () => 0,
      process: () => ours,
      self: () => undefined,
    });
    const entry = { span: finished({}, { resource }), seq: 0, urgent: false, bytes: 0 };
    const first = make(entry, true).resource;
    expect(first).toEqual({ "service.name": "early", "service.instance.id": "i1" });
    expect(make(entry, false).resource).toBe(first);
    expect(resource.waitForAsyncAttributes).toHaveBeenCalledTimes(1);
    // An SDK logs an error for each look at what isn't there yet.
    expect(attributes).not.toHaveBeenCalled();
    found?.();
    resource.asyncAttributesPending = false;
    attributes.mockReturnValue({ "service.name": "early", "host.name": "h" });
    expect(make(entry, false).resource).toMatchObject({ "host.name": "h" });
    expect(make(entry, false).resource).toBe(make(entry, false).resource);
  });

  test("a long path keeps its root and the latest hops, whoever acts last", () => {
    const chain = Array.from({ length: 8 }, (_, nth) => `hop:${nth}`);
    const { attributes } = leave({ "nhi.chain": chain }, undefined, "agent:self");
    expect(attributes["nhi.chain"]).toEqual(["hop:0", ...chain.slice(2), "agent:self"]);
    expect(attributes["nhi.chain.depth"]).toBe(9);
  });

  test("one process with thousands of resources holds few of them", () => {
    const make = leaving({
      redactor,
      dropped: () => 0,
      process: () => ours,
      self: () => undefined,
    });
    const resources = new Set<Attributes>();
    const same: SpanResource = { attributes: { "service.name": "same" } };
    for (let nth = 0; nth < 100; nth += 1) {
      make({ span: finished({}, { resource: { attributes: {} } }), seq: 0, urgent: false, bytes: 0 }, false);
      resources.add(
        make({ span: finished({}, { resource: same }), seq: 0, urgent: false, bytes: 0 }, false).resource,
      );
    }
    expect(resources.size).toBeGreaterThan(1);
  });
});
