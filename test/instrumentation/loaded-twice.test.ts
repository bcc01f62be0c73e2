/**
 * Goal: a process that holds us twice, in two versions, by import and by require, beside copies of OpenTelemetry's API, or in
 * a worker, sees each action once.
 * Method: processes of their own with copies of what is compiled; each prints what reached its sink.
 */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { runNode, sdkFolder } from "../support/harm/child.ts";
import { repositoryRoot } from "../support/repository.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";

let folder: TempFolder;
let second = "";
beforeAll(() => {
  folder = tempFolder("twice");
  const dist = join(folder.path, "copy", "dist");
  for (const part of ["instrumentation", "policy", "schemas"])
    cpSync(join(sdkFolder, "..", part), join(dist, part), { recursive: true });
  writeFileSync(join(folder.path, "copy", "package.json"), '{"type":"module"}');
  symlinkSync(join(repositoryRoot, "node_modules"), join(folder.path, "copy", "node_modules"));
  second = join(dist, "instrumentation", "index.js");
  // A copy of OpenTelemetry's API of the host's own.
  const api = join(folder.path, "host", "node_modules", "@opentelemetry");
  mkdirSync(api, { recursive: true });
  cpSync(join(repositoryRoot, "node_modules/@opentelemetry/api"), join(api, "api"), {
    recursive: true,
    dereference: true,
  });
});
afterAll(() => folder.remove());

const ours = join(sdkFolder, "index.js");
const sink = `
const names = [];
const exporter = { name: "s", trouble: undefined, send: async (spans) => (names.push(...spans.map((s) => s.name)), "sent") };
const act = (door, name) => door.record({ kind: "tool_call", name }, () => 1);
`;
const tell = `await a.flush(); console.log(JSON.stringify(names));`;

const modules: readonly { name: string; text: string; told: readonly string[] }[] = [
  {
    name: "two copies are one",
    text: `${sink}
      const one = await import(ONE); const two = await import(TWO);
      const a = one.start({ exporter }); two.start({ exporter });
      one.runAs({ task: "t" }, () => { act(one, "one"); act(two, "two"); });
      ${tell}`,
    told: ["execute_tool one", "execute_tool two"],
  },
  {
    name: "an SDK of another copy of the API, registered later, is joined",
    text: `${sink}
      import { createRequire } from "node:module";
      const one = await import(ONE);
      const a = one.start({ exporter });
      const api = createRequire(HOST)("@opentelemetry/api");
      const { BasicTracerProvider } = createRequire(ONE)("@opentelemetry/sdk-trace-base");
      const isSet = api.trace.setGlobalTracerProvider(new BasicTracerProvider({}));
      api.trace.getTracer("lib").startSpan("of a library").end();
      act(one, "one");
      if (!isSet || api.trace.setGlobalTracerProvider(new BasicTracerProvider({}))) throw new Error("registered twice");
      ${tell}`,
    told: ["of a library", "execute_tool one"],
  },
  {
    name: "frozen globals of OpenTelemetry cost no action",
    text: `${sink}
      Object.defineProperty(globalThis, Symbol.for("opentelemetry.js.api.1"), { value: Object.freeze({ version: "1.9.1" }) });
      const a = (await import(ONE)).start({ exporter });
      act(await import(ONE), "one");
      ${tell}`,
    told: ["execute_tool one"],
  },
  {
    name: "a worker has a runtime of its own, and ends",
    text: `
      import { Worker } from "node:worker_threads";
      const text = ${JSON.stringify(sink)} + "import(" + JSON.stringify(ONE) + ").then(async (one) => { const a = one.start({ exporter }); act(one, 'one'); await a.flush(); console.log(JSON.stringify(names)); })";
      new Worker(text, { eval: true });`,
    told: ["execute_tool one"],
  },
];

test.each(modules)("$name", async ({ text, told }) => {
  const program = text
    .replaceAll("ONE", JSON.stringify(ours))
    .replaceAll("TWO", JSON.stringify(second))
    .replaceAll("HOST", JSON.stringify(join(folder.path, "host", "app.js")));
  const { code, out, err } = await runNode(["--input-type=module", "-e", program]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(JSON.parse(out)).toEqual(told);
});

test("a program of CommonJS that requires us has the same as one that imports us", async () => {
  const program = `${sink}
    const one = require(${JSON.stringify(ours)});
    const a = one.start({ exporter });
    import(${JSON.stringify(ours)}).then(async (two) => { if (two.record !== one.record) throw new Error("two"); act(two, "one"); ${tell} });`;
  const { code, out } = await runNode(["--disable-warning=ExperimentalWarning", "-e", program]);
  expect([code, out.trim()]).toEqual([0, '["execute_tool one"]']);
});

describe("register", () => {
  const register = ["--import", join(sdkFolder, "register.js")];
  const host = (how: string): string => `
    import { createRequire } from "node:module";
    const require = createRequire(${JSON.stringify(ours)});
    const api = require("@opentelemetry/api");
    const early = api.trace.getTracer("library");
    const { NodeSDK, tracing } = require("@opentelemetry/sdk-node");
    const exporter = new tracing.InMemorySpanExporter();
    ${how}
    const sdk = new NodeSDK({ spanProcessors: [new tracing.SimpleSpanProcessor(exporter)], autoDetectResources: false, metricReaders: [], logRecordProcessors: [] });
    sdk.start();
    early.startActiveSpan("of a library", (span) => { early.startSpan("inner").end(); span.end(); });
    await new Promise(setImmediate);
    const runtime = globalThis[Symbol.for("answerable.runtime.1")];
    console.log(JSON.stringify([exporter.getFinishedSpans().map((s) => [s.name, s.parentSpanContext !== undefined]), runtime.queue.taken]));
    process.exit();`;

  test.each([
    { name: "while it starts", how: "" },
    {
      name: "long after it started",
      how: "await new Promise((resolve) => setTimeout(resolve, 500)); early.startSpan('before').end();",
    },
  ])("an SDK that the app brings $name is the one that makes spans", async ({ how }) => {
    const env = { ANSWERABLE_EXPORTER: "console" };
    const { code, out, err } = await runNode([...register, "--input-type=module", "-e", host(how)], env);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const [spans, taken] = JSON.parse(out) as [unknown, number];
    expect(spans).toEqual([
      ["inner", true],
      ["of a library", false],
    ]);
    // Its spans are told, and so is what our own SDK saw before.
    expect(taken).toBe(how === "" ? 2 : 3);
  });
});
