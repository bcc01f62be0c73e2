/**
 * Goal: what goes out by node:http tells allowed hosts by whom it is sent, and each request is seen once, whoever else
 * watches.
 * Method: what a service on loopback received; OpenTelemetry's own instrumentation below and over ours.
 */
import http from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import { SpanKind } from "@opentelemetry/api";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { NodeSDK, tracing } from "@opentelemetry/sdk-node";
import { record } from "../../../instrumentation/index.ts";
import { httpWrapper } from "../../../instrumentation/wrappers/http.ts";
import { answerTo, type HttpDouble, httpDouble } from "../../support/http-double.ts";
import { actionsOf, install, watchedRun } from "../../support/wrapped-run.ts";

let double: HttpDouble;
let undo: (() => void) | undefined;
afterEach(async () => {
  undo?.();
  undo = undefined;
  await double.stop();
});

describe("what is carried", () => {
  test("an allowed host is told by whom it is called, whatever the host's own headers are", async () => {
    double = await httpDouble();
    undo = install(httpWrapper, []);
    const left = await watchedRun(async () => {
      await answerTo(http.get(`${double.url}/hello`));
      await answerTo(http.get(`${double.url}/hello`, { headers: { traceparent: "mine", baggage: "k=v" } }));
    });
    const [first, second] = double.received.map(({ headers }) => headers);
    expect(first?.["traceparent"]).toContain(actionsOf(left)[0]?.spanContext().spanId);
    expect(first?.["baggage"]).toContain("nhi.chain=user%3Aana>agent%3Acontract");
    expect(second).toMatchObject({
      traceparent: "mine",
      baggage: expect.stringMatching(/^k=v,.*nhi\.chain=/u),
    });
  });

  test("no other host is told anything; what an action covers is carried, and no action of its own", async () => {
    double = await httpDouble();
    undo = install(httpWrapper, []);
    const port = new URL(double.url).port;
    const lookup = ((_: unknown, options: { all?: boolean }, done: (...args: unknown[]) => void) =>
      options.all === true
        ? done(null, [{ address: "127.0.0.1", family: 4 }])
        : done(null, "127.0.0.1", 4)) as never;
    const left = await watchedRun(async () => {
      await answerTo(http.get({ host: "api.elsewhere.example", port, path: "/hello", lookup }));
      await record({ kind: "tool_call", name: "outer", covers: true }, () =>
        answerTo(http.get(`${double.url}/hello`)),
      );
      await answerTo(http.get(`${double.url}/hello`));
    });
    const [elsewhere, covered] = double.received.map(({ headers }) => headers);
    expect([elsewhere?.["traceparent"], elsewhere?.["baggage"]]).toEqual([undefined, undefined]);
    const actions = actionsOf(left);
    expect(actions.map(({ attributes }) => attributes["nhi.action.name"])).toEqual([
      "http.get",
      "outer",
      "http.get",
    ]);
    expect(covered?.["traceparent"]).toContain(actions[1]?.spanContext().spanId);
  });
});

test("through a proxy nearby, nobody far away is told anything", async () => {
  double = await httpDouble();
  undo = install(httpWrapper, []);
  const { hostname, port } = new URL(double.url);
  const left = await watchedRun(async () => {
    await answerTo(http.get({ hostname, port, path: "http://me:my-password@api.elsewhere.example/hello" }));
  });
  expect(actionsOf(left)[0]?.attributes).toMatchObject({
    "nhi.resource.id": "http://api.elsewhere.example/hello",
    "server.address": "api.elsewhere.example",
  });
  expect(JSON.stringify(left)).not.toContain("my-password");
  expect(double.received[0]?.headers).not.toHaveProperty("baggage");
  expect(double.received[0]?.headers).not.toHaveProperty("traceparent");
});

describe("beside OpenTelemetry's own instrumentation", () => {
  test.each(["below ours", "over ours"])(
    "that stands %s, each request is one span, theirs, unless an action covers it",
    async (where) => {
      double = await httpDouble();
      const theirs = new HttpInstrumentation();
      const sdk = new NodeSDK({
        spanProcessors: [new tracing.SimpleSpanProcessor(new tracing.InMemorySpanExporter())],
        instrumentations: [theirs],
        autoDetectResources: false,
        metricReaders: [],
        logRecordProcessors: [],
      });
      sdk.start();
      // Within jest no module is loaded in a way that it hears of.
      const patch = theirs.init().find(({ name }) => name === "http")!;
      if (where === "over ours") undo = install(httpWrapper, []);
      patch.patch?.(http);
      undo ??= install(httpWrapper, []);
      const left = await watchedRun(async () => {
        for (let nth = 0; nth < 3; nth += 1)
          await answerTo(http.get(`${double.url}/hello?nth=${String(nth)}`));
        await record({ kind: "tool_call", name: "outer", covers: true }, () =>
          answerTo(http.get(`${double.url}/echo`)),
        );
      });
      undo();
      patch.unpatch?.(http);
      undo = undefined;
      await sdk.shutdown();
      const requests = left.filter(
        ({ attributes, kind }) => attributes["http.request.method"] !== undefined && kind === SpanKind.CLIENT,
      );
      expect(requests.map(({ scope }) => scope.name)).toEqual(
        Array(3).fill("@opentelemetry/instrumentation-http"),
      );
      expect(actionsOf(left).map(({ attributes }) => attributes["nhi.action.name"])).toEqual(["outer"]);
      for (const [nth, { headers }] of double.received.slice(0, 3).entries()) {
        expect(headers["traceparent"]).toContain(requests[nth]?.spanContext().spanId);
        expect(headers["baggage"]).toContain("nhi.chain=");
      }
    },
  );
});
