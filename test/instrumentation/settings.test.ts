import { describe, expect, test } from "@jest/globals";
import { settingsOf, type StartOptions } from "../../instrumentation/settings.ts";

const of = (options: StartOptions = {}, env: Record<string, string> = {}): ReturnType<typeof settingsOf> =>
  settingsOf(options, env);

describe("where spans go", () => {
  test.each([
    { env: {}, url: "http://127.0.0.1:4318/v1/traces" },
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318/base/" }, url: "http://c:4318/base/v1/traces" },
    { env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://c:4318/exact" }, url: "http://c:4318/exact" },
    {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://t/x" },
      url: "http://t/x",
    },
    {
      env: { ANSWERABLE_ENDPOINT: "https://a", OTEL_EXPORTER_OTLP_ENDPOINT: "http://c" },
      url: "https://a/v1/traces",
    },
    { env: { ANSWERABLE_ENDPOINT: "https://a/v1/traces" }, url: "https://a/v1/traces" },
  ])("$env → $url", ({ env, url }) => {
    expect(of({}, env as Record<string, string>).endpoint.url).toBe(url);
  });

  test("what is no address is said, and the local receiver takes its place", () => {
    for (const endpoint of ["", "x", "ftp://a", "javascript:1"]) {
      const { endpoint: got, problems } = of({ endpoint });
      expect(got.url).toBe("http://127.0.0.1:4318/v1/traces");
      expect(problems).toHaveLength(1);
    }
  });
});

describe("whoever receives spans gets its own token alone", () => {
  const env = { ANSWERABLE_TOKEN: "ours", OTEL_EXPORTER_OTLP_HEADERS: "api-key=theirs" };

  test("the receiver in our own words", () => {
    const { endpoint, problems } = of({}, { ...env, ANSWERABLE_ENDPOINT: "https://a.example" });
    expect(endpoint.headers).toEqual({ authorization: "Bearer ours" });
    expect(problems).toEqual([]);
  });

  test("the receiver in OpenTelemetry's", () => {
    const { endpoint, problems } = of({}, { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: "https://vendor.example" });
    expect(endpoint.headers).toEqual({ "api-key": "theirs" });
    expect(problems).toEqual(["ANSWERABLE_TOKEN is sent to ANSWERABLE_ENDPOINT alone, which is not set"]);
  });

  test("the one on this machine gets what there is", () => {
    expect(of({}, { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4318" }).endpoint.headers).toEqual(
      {
        authorization: "Bearer ours",
        "api-key": "theirs",
      },
    );
  });

  test("without encryption it is said", () => {
    expect(of({}, { ANSWERABLE_TOKEN: "t", ANSWERABLE_ENDPOINT: "http://a.example" }).problems).toHaveLength(
      1,
    );
    expect(of({}, { ANSWERABLE_TOKEN: "t", ANSWERABLE_ENDPOINT: "http://127.0.0.1:1" }).problems).toEqual([]);
  });
});

test("OpenTelemetry's variables of the exporter count, those for traces first", () => {
  const { endpoint, limits } = of(
    {},
    {
      OTEL_EXPORTER_OTLP_TIMEOUT: "9000",
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "700",
      OTEL_EXPORTER_OTLP_COMPRESSION: "none",
      OTEL_EXPORTER_OTLP_CERTIFICATE: "/ca.pem",
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: "/cert.pem",
      OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: "/key.pem",
    },
  );
  expect(limits.timeoutMs).toBe(700);
  expect(endpoint).toMatchObject({
    compression: "none",
    tls: { ca: "/ca.pem", cert: "/cert.pem", key: "/key.pem" },
  });
  expect(of({ limits: { timeoutMs: 5 } }, { OTEL_EXPORTER_OTLP_TIMEOUT: "700" }).limits.timeoutMs).toBe(5);
  expect(of({}, { OTEL_EXPORTER_OTLP_TIMEOUT: "soon" }).limits.timeoutMs).toBe(5000);
});

test("within one machine nothing is packed, unless it is asked for", () => {
  expect(of({ endpoint: "http://[::1]:4318" }).endpoint.compression).toBe("none");
  expect(of({ endpoint: "https://a.example" }).endpoint.compression).toBe("gzip");
  expect(of({}, { OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" }).endpoint.compression).toBe("gzip");
});

test.each([Number.NaN, 0, -1, 1.5, Number.POSITIVE_INFINITY, 2 ** 31, "7", null, {}])(
  "a limit of %p is none, and the default holds",
  (value) => {
    const { limits, problems } = of({ limits: { queueSpansMax: value as number, flushMs: value as number } });
    expect([limits.queueSpansMax, limits.flushMs]).toEqual([20_000, 250]);
    expect(problems).toHaveLength(2);
  },
);

test("a key that is short is not used, and its text is not said", () => {
  const { key, problems } = of({ key: "hunter2" });
  expect(key).toBeUndefined();
  expect(problems.join()).not.toContain("hunter2");
});

test("whatever is in the environment, nothing is thrown", () => {
  const odd = { OTEL_RESOURCE_ATTRIBUTES: "=,a=%zz,b", OTEL_EXPORTER_OTLP_HEADERS: "__proto__=x,=y" };
  expect(of({}, odd).resource).toEqual({ a: "%zz" });
  expect({}).not.toHaveProperty("x");
});
