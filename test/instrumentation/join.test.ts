/* oxlint-disable no-underscore-dangle -- The insides of old SDKs, as they are called. */
import { afterEach, describe, expect, test } from "@jest/globals";
import { context, type Span, trace, type TracerProvider } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { type Answerable, exec, record, runAs, start } from "../../instrumentation/index.ts";
import type { LeavingSpan } from "../../instrumentation/emit/leaving.ts";
import { type ScriptedSink, scriptedSink } from "../support/own-spans.ts";

let answerable: Answerable | undefined;
afterEach(async () => {
  await answerable?.stop();
  trace.disable();
  context.disable();
});

function begin(): ScriptedSink {
  const sink = scriptedSink();
  answerable = start({ exporter: sink, identity: { id: "agent:a", kind: "ai_agent" } });
  return sink;
}

async function told(sink: ScriptedSink): Promise<LeavingSpan[]> {
  await answerable?.flush();
  return sink.taken;
}

function register(provider: TracerProvider): void {
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}

const action = { kind: "tool_call", name: "t" } as const;

describe("an SDK of the host", () => {
  test.each([
    { name: "is there before us", order: [register, begin] as const },
    { name: "comes after us", order: [begin, register] as const },
  ])("that $name has its spans and ours told, each once, and gets its own", async ({ order }) => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    let sink: ScriptedSink | undefined;
    for (const step of order) {
      if (step === begin) sink = begin();
      else register(provider);
    }
    runAs({ task: "TCK-1" }, () =>
      record(action, () => trace.getTracer("lib").startActiveSpan("inner", (span) => span.end())),
    );
    const spans = await told(sink!);
    expect(spans.map(({ name }) => name)).toEqual(["inner", "execute_tool t"]);
    expect(spans.map(({ attributes }) => attributes["nhi.task.id"])).toEqual(["TCK-1", "TCK-1"]);
    expect(spans[0]?.parentSpanContext?.spanId).toBe(spans[1]?.spanContext().spanId);
    expect(exporter.getFinishedSpans()).toHaveLength(2);
  });

  test("that leaves the trace out loses no action, and its ids are ours", async () => {
    register(new BasicTracerProvider({ sampler: new AlwaysOffSampler() }));
    const sink = begin();
    let inside = "";
    record({ kind: "agent_run", name: "r" }, () =>
      record(action, () => void (inside = trace.getActiveSpan()!.spanContext().traceId)),
    );
    const spans = await told(sink);
    expect(spans.map(({ name, attributes }) => [name, attributes["nhi.phase"]])).toEqual([
      ["invoke_agent r", "start"],
      ["execute_tool t", undefined],
      ["invoke_agent r", undefined],
    ]);
    expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([inside]));
    expect(spans[1]?.parentSpanContext?.spanId).toBe(spans[2]?.spanContext().spanId);
  });

  test("that replaces another is joined as well", async () => {
    register(new BasicTracerProvider({}));
    const sink = begin();
    trace.disable();
    context.disable();
    register(new BasicTracerProvider({}));
    trace.getTracer("lib").startSpan("of the second").end();
    expect((await told(sink)).map(({ name }) => name)).toEqual(["of the second"]);
  });

  test("as it was before 2.0 is joined and left alike", async () => {
    const processors: unknown[] = [];
    const old = {
      getTracer: () => trace.getTracer("none"),
      _registeredSpanProcessors: processors,
      activeSpanProcessor: { _spanProcessors: processors },
      addSpanProcessor: (one: unknown) => void processors.push(one),
    };
    trace.setGlobalTracerProvider(old);
    begin();
    expect(processors).toHaveLength(1);
    await answerable?.stop();
    expect(old.activeSpanProcessor._spanProcessors).toHaveLength(0);
    expect(processors).toHaveLength(0);
  });

  test("whose list of processors is frozen, or stands for two, is joined and not changed", async () => {
    const theirs = Object.freeze([]) as unknown as [];
    register(new BasicTracerProvider({ spanProcessors: theirs }));
    const sink = begin();
    record(action, () => undefined);
    expect(await told(sink)).toHaveLength(1);
    expect(theirs).toHaveLength(0);
  });

  test("that keeps its spans to itself still makes them, and an action is told beside", async () => {
    const ended: string[] = [];
    const foreign = (name: string): Span =>
      new Proxy({} as Span, {
        get: (_, key) => {
          if (key === "isRecording") return () => true;
          if (key === "end") return () => ended.push(name);
          if (key === "spanContext")
            return () => ({ traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 });
          return () => undefined;
        },
      });
    register({ getTracer: () => ({ startSpan: foreign, startActiveSpan: () => undefined }) as never });
    const sink = begin();
    record(action, () => undefined);
    expect(ended).toEqual(["execute_tool t"]);
    const [span] = await told(sink);
    expect(span?.spanContext().spanId).toBe("b".repeat(16));
  });

  test.each<{ name: string; provider: () => TracerProvider }>([
    {
      name: "throws",
      provider: () => ({
        getTracer: () => {
          throw new Error("tracer");
        },
      }),
    },
    {
      name: "is a proxy that throws",
      provider: () =>
        new Proxy({} as TracerProvider, {
          get: () => {
            throw new Error("get");
          },
        }),
    },
    { name: "is nothing", provider: () => undefined as unknown as TracerProvider },
  ])("that $name costs no action and throws nothing of ours", async ({ provider }) => {
    const sink = begin();
    expect(() => trace.setGlobalTracerProvider(provider())).not.toThrow();
    expect(record(action, () => "done")).toBe("done");
    expect(await told(sink)).toHaveLength(1);
  });

  test("that flushes or shuts down has ours sent too", async () => {
    const provider = new BasicTracerProvider({});
    register(provider);
    const sink = begin();
    record(action, () => undefined);
    await provider.forceFlush();
    expect(sink.taken).toHaveLength(1);
    record(action, () => undefined);
    await provider.shutdown();
    expect(sink.taken).toHaveLength(2);
  });

  test("without a context manager, or with a broken one, runs each work once, and spans have their parents", async () => {
    const broken = {
      active: () => {
        throw new Error("active");
      },
      with: () => undefined,
      bind: () => undefined,
      enable: () => undefined,
      disable: () => undefined,
    };
    for (const manager of [undefined, broken]) {
      if (manager !== undefined) context.setGlobalContextManager(manager as never);
      const sink = begin();
      let runs = 0;
      await record({ kind: "agent_run", name: "r" }, async () => {
        await Promise.resolve();
        runs += 1;
        record(action, () => void (runs += 1));
      });
      expect(runs).toBe(2);
      const [, inner, outer] = await told(sink);
      expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
      await answerable?.stop();
    }
  });
});

test("what is of high risk says that it begins, before it is over", async () => {
  const sink = begin();
  let release: () => void = () => undefined;
  const work = exec("kubectl", () => new Promise<void>((resolve) => (release = resolve)));
  const [begun] = await told(sink);
  expect(begun?.attributes).toMatchObject({ "nhi.phase": "start", "nhi.action.kind": "exec", "nhi.seq": 0 });
  release();
  await work;
  const [, ended] = await told(sink);
  expect(ended?.attributes["nhi.phase"]).toBeUndefined();
  expect(ended?.spanContext()).toEqual(begun?.spanContext());
});

test("after stop nothing is held, sent or stamped any more, and start begins anew", async () => {
  const provider = new BasicTracerProvider({});
  register(provider);
  const sink = begin();
  await answerable?.stop();
  runAs({ task: "t" }, () => record(action, () => undefined));
  expect(answerable?.stats()).toMatchObject({ taken: 0, waiting: 0 });
  expect(sink.taken).toHaveLength(0);
  const again = begin();
  record(action, () => undefined);
  expect(await told(again)).toHaveLength(1);
});

test("switched off, nothing is done, not even by the host's SDK", () => {
  const exporter = new InMemorySpanExporter();
  register(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  const off = start({ enabled: false });
  expect(record(action, () => "done")).toBe("done");
  expect(exporter.getFinishedSpans()).toHaveLength(0);
  expect(off.stats().taken).toBe(0);
});
