/**
 * Goal: whatever undici sends, by the built-in fetch or by the package, is seen once, and its host sees no difference.
 * Method: the wrapper contract on a service on loopback; what the service received for what is carried.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { NodeSDK, tracing } from "@opentelemetry/sdk-node";
import { request } from "undici";
import { runAs } from "../../../instrumentation/index.ts";
import { fetchWrapper } from "../../../instrumentation/wrappers/fetch.ts";
import { bodySecret, type HttpDouble, httpDouble } from "../../support/http-double.ts";
import { actionsOf, install, watchedRun } from "../../support/wrapped-run.ts";
import { type Use, wrapperContract } from "../../support/wrapper-contract.ts";

const query = "AKIAIOSFODNN7EXAMPLE";
const header = "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2VjcmV0";
const get = {
  "nhi.action.kind": "resource_access",
  "nhi.action.name": "http.get",
  "nhi.action.mutating": false,
};
const secrets = [query, header, bodySecret, "my-password"];

const uses: readonly Use<string>[] = [
  {
    name: "a good call",
    run: async (see, url) => {
      const answer = await fetch(`${url}/hello?token=${query}#top`, { headers: { authorization: header } });
      see("is", [
        answer instanceof Response,
        answer.constructor.name,
        answer.status,
        answer.redirected,
        answer.url,
      ]);
      see("text", await answer.text());
      see("used", answer.bodyUsed);
    },
    actions: [
      {
        ...get,
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "server.address": "127.0.0.1",
      },
    ],
    secrets,
  },
  {
    name: "a body, streamed both ways",
    run: async (see, url) => {
      const parts = ["one;", bodySecret];
      const body = new ReadableStream({
        pull: (to) => {
          const part = parts.shift();
          if (part === undefined) to.close();
          else to.enqueue(Buffer.from(part));
        },
      });
      const sent = await fetch(`${url}/echo`, { method: "POST", body, duplex: "half" });
      see("echo", await sent.text());
      const got: string[] = [];
      for await (const chunk of (await fetch(`${url}/stream`)).body ?? [])
        got.push(Buffer.from(chunk).toString());
      see("stream", got.join(""));
    },
    actions: [{ "nhi.action.name": "http.post", "nhi.action.mutating": true }, get],
    secrets,
  },
  {
    name: "an answer of failure",
    run: async (see, url) => {
      const answer = await fetch(`${url}/status/503`);
      see("status", [answer.ok, answer.status, await answer.text()]);
    },
    actions: [{ ...get, "error.type": "503", "http.response.status_code": 503 }],
    secrets,
  },
  {
    name: "a redirect is two requests",
    run: async (see, url) => see("end", await (await fetch(`${url}/redirect`)).text()),
    actions: [get, get],
  },
  {
    name: "nobody there, and a connection that breaks",
    run: async (see, url) => {
      await fetch("http://127.0.0.1:2/").catch((error: unknown) => see("refused", error));
      await fetch(`${url}/broken`).catch((error: unknown) => see("broken", error));
    },
    actions: [
      { ...get, "error.type": "ECONNREFUSED" },
      { ...get, "error.type": "UND_ERR_SOCKET" },
    ],
  },
  {
    name: "given up, with the host's own reason",
    run: async (see, url) => {
      const reason = new Error("my-password");
      const given = new AbortController();
      const call = fetch(`${url}/silent`, { signal: given.signal });
      setTimeout(() => given.abort(reason), 20);
      await call.catch((error: unknown) => see("the reason", [error === reason, error]));
      await fetch(`${url}/silent`, { signal: AbortSignal.timeout(20) }).catch((error: unknown) =>
        see("late", error),
      );
      await fetch(`${url}/hello`, { signal: AbortSignal.abort() }).catch((error: unknown) =>
        see("before", error),
      );
    },
    actions: [
      { ...get, "error.type": "Error" },
      { ...get, "error.type": "TimeoutError" },
    ],
    secrets,
  },
  {
    name: "misuse",
    run: async (see) => {
      await fetch("not a url").catch((error: unknown) => see("url", error));
      await fetch("http://127.0.0.1/", { method: "no method" }).catch((error: unknown) =>
        see("method", error),
      );
    },
    actions: [],
  },
  {
    name: "undici's own request",
    run: async (see, url) => {
      const { statusCode, body, headers } = await request(`${url}/hello?q=${query}`, {
        headers: { authorization: header },
      });
      see("answer", [statusCode, headers["x-secret"], await body.text()]);
    },
    actions: [get],
    secrets,
  },
];

describe("contract", () => {
  wrapperContract<string>({
    wrapper: fetchWrapper,
    start: async () => {
      const double = await httpDouble();
      return { world: double.url, stop: double.stop };
    },
    touches: () => [globalThis],
    uses,
    app: {
      modules: { undici: "undici" },
      body: (url) => `
        console.log(await (await fetch("${url}/hello")).text());
        console.log((await undici.request("${url}/status/404", { method: "DELETE" })).statusCode);`,
      actions: [
        ["resource_access", "http.get"],
        ["resource_access", "http.delete"],
      ],
    },
  });
});

describe("what is carried", () => {
  let double: HttpDouble;
  let undo: () => void;
  beforeAll(async () => {
    double = await httpDouble();
    undo = install(fetchWrapper, []);
  });
  afterAll(async () => {
    undo();
    await double.stop();
  });
  afterEach(() => {
    double.received.length = 0;
  });

  test("an allowed host is told by whom it is called; the span that is open is the action's", async () => {
    const left = await watchedRun(async () => void (await fetch(`${double.url}/hello`)));
    const headers = double.received[0]?.headers ?? {};
    expect(headers["traceparent"]).toContain(actionsOf(left)[0]?.spanContext().spanId);
    expect(headers["baggage"]).toContain("nhi.chain=user%3Aana>agent%3Acontract");
  });

  test("no other host is told anything", async () => {
    await watchedRun(
      async () => void (await fetch(double.url.replace("127.0.0.1", "127.0.0.2")).catch(() => undefined)),
    );
    await watchedRun(async () => void (await fetch(`${double.url.replace("127.0.0.1", "127.1")}/hello`)));
    expect(double.received).toHaveLength(1);
  });

  test("headers of the host's own stay as they are", async () => {
    const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    await watchedRun(
      async () => void (await fetch(`${double.url}/hello`, { headers: { traceparent, baggage: "k=v" } })),
    );
    const headers = double.received[0]?.headers ?? {};
    expect(headers["traceparent"]).toBe(traceparent);
    expect(headers["baggage"]).toMatch(/^k=v, .*nhi\.chain=/u);
  });
});

describe("beside OpenTelemetry's own instrumentation", () => {
  test.each(["before us", "after us"])("that listens %s, each request is one span, theirs", async (when) => {
    const double = await httpDouble();
    const exporter = new tracing.InMemorySpanExporter();
    let undo = when === "after us" ? install(fetchWrapper, []) : undefined;
    const theirs = new UndiciInstrumentation();
    const sdk = new NodeSDK({
      spanProcessors: [new tracing.SimpleSpanProcessor(exporter)],
      instrumentations: [theirs],
      autoDetectResources: false,
      metricReaders: [],
      logRecordProcessors: [],
    });
    sdk.start();
    undo ??= install(fetchWrapper, []);
    const left = await watchedRun(async () => {
      for (let nth = 0; nth < 3; nth += 1)
        await (await fetch(`${double.url}/hello?nth=${String(nth)}`)).text();
      await runAs({ task: "T1" }, () => fetch(`${double.url}/hello`));
    });
    undo();
    theirs.disable();
    await sdk.shutdown();
    await double.stop();
    const requests = left.filter(({ attributes }) => attributes["http.request.method"] !== undefined);
    expect(requests).toHaveLength(4);
    expect(new Set(requests.map(({ scope }) => scope.name))).toEqual(
      new Set(["@opentelemetry/instrumentation-undici"]),
    );
    for (const [nth, { headers }] of double.received.entries()) {
      expect(headers["traceparent"]).toContain(requests[nth]?.spanContext().spanId);
      expect(headers["traceparent"]).not.toContain(",");
      expect(headers["baggage"]).toContain("nhi.chain=");
    }
  });
});
