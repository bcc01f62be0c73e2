/**
 * Goal: no receiver does harm to the process that sends to it.
 * Method: the real sink against real sockets that misbehave, one after the other; each request has an end, and what
 * became of its spans is said right.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { LeavingSpan } from "../../instrumentation/emit/leaving.ts";
import { otlpSink } from "../../instrumentation/emit/otlp-sink.ts";
import { pauseAsked } from "../../instrumentation/emit/retry-after.ts";
import { hostileReceivers, listening } from "../support/harm/receivers.ts";

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeAll(() => void process.on("unhandledRejection", note));
afterAll(() => void process.off("unhandledRejection", note));

const span: LeavingSpan = {
  name: "s",
  kind: SpanKind.INTERNAL,
  spanContext: () => ({ traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 }),
  startTime: [1, 0],
  endTime: [2, 0],
  status: { code: SpanStatusCode.UNSET },
  attributes: {},
  resource: {},
  scope: { name: "" },
};
const common = { headers: {}, timeoutMs: 400, compression: "gzip", tls: {} } as const;

describe("a receiver that", () => {
  test.each(hostileReceivers)("$name: what becomes of spans is $outcome", async (receiver) => {
    const server = await listening(receiver);
    const { url } = server;
    const sink = otlpSink({ ...common, url });
    try {
      expect(await sink.send([span])).toBe(receiver.outcome);
      expect(sink.trouble === undefined).toBe(receiver.outcome === "sent");
    } finally {
      sink.close?.();
      server.close();
    }
  });

  test("is not there", async () => {
    const sink = otlpSink({ ...common, url: "http://127.0.0.1:1/v1/traces" });
    expect(await sink.send([span])).toBe("later");
    expect(sink.trouble).toBe("cannot reach http://127.0.0.1:1: ECONNREFUSED");
  });

  test("asks to be left alone is heard", async () => {
    const asking = hostileReceivers.find(({ name }) => name === "asks to wait")!;
    const server = await listening(asking);
    const { url } = server;
    const sink = otlpSink({ ...common, url });
    await sink.send([span]);
    expect(sink.pauseMs).toBe(3000);
    sink.close?.();
    server.close();
  });
});

test("a header that can't be sent, or spans that can't be encoded, cost nothing but themselves", async () => {
  const url = "http://127.0.0.1:1/v1/traces";
  expect(await otlpSink({ ...common, url, headers: { bad: "a\nb" } }).send([span])).toBe("later");
  const broken = { ...span, spanContext: () => undefined as never };
  expect(await otlpSink({ ...common, url }).send([broken])).toBe("refused");
});

test("how long to wait is told in seconds or as an instant", () => {
  expect(pauseAsked("120", 0)).toBe(120_000);
  expect(pauseAsked("Thu, 01 Jan 1970 00:00:05 GMT", 2000)).toBe(3000);
  expect(pauseAsked("Thu, 01 Jan 1970 00:00:05 GMT", 9000)).toBe(0);
  expect([pauseAsked("soon", 0), pauseAsked(undefined, 0), pauseAsked("-5", 10 ** 13)]).toEqual([
    undefined,
    undefined,
    0,
  ]);
});

test("none of them left a rejection that nobody handles", () => {
  expect(unhandled).toEqual([]);
});
