import { expect, test } from "@jest/globals";
import { systemClock } from "../../detector/clock.ts";
import { counters } from "../../detector/metrics.ts";
import { createLog } from "../../detector/log.ts";
import { createTelemetry } from "../../detector/telemetry.ts";

test("counters and gauges come out as Prometheus reads them", async () => {
  const telemetry = createTelemetry();
  telemetry.count("answerable_spans_total", { outcome: "action" }, 2);
  telemetry.count("answerable_spans_total", { outcome: "action" });
  telemetry.gauge("answerable_waiting_bytes", () => 1);
  telemetry.gauge("answerable_waiting_bytes", () => 7);
  const text = await telemetry.renderPrometheus();
  const { help } = counters.answerable_spans_total;
  expect(text).toContain(`# HELP answerable_spans_total ${help}\n# TYPE answerable_spans_total counter`);
  expect(text).toContain('answerable_spans_total{outcome="action"} 3\n');
  expect(text).toContain("# TYPE answerable_waiting_bytes gauge\nanswerable_waiting_bytes 7\n");
});

test("whoever looks at the same time as another sees the same", async () => {
  const telemetry = createTelemetry();
  telemetry.gauge("answerable_waiting_bytes", () => 7);
  const pages = await Promise.all([1, 2, 3].map(() => telemetry.renderPrometheus()));
  expect(pages.map((page) => page.includes("answerable_waiting_bytes 7\n"))).toEqual([true, true, true]);
});

test("a histogram has the buckets that were asked for, in seconds", async () => {
  const telemetry = createTelemetry();
  for (const seconds of [0.004, 0.3, 100]) telemetry.observe("answerable_chunk_duration_seconds", seconds);
  const text = await telemetry.renderPrometheus();
  expect(text).toContain("# TYPE answerable_chunk_duration_seconds histogram");
  for (const [le, count] of [
    ["0.005", 1],
    ["0.25", 1],
    ["0.5", 2],
    ["60", 2],
    ["+Inf", 3],
  ])
    expect(text).toContain(`answerable_chunk_duration_seconds_bucket{le="${String(le)}"} ${String(count)}\n`);
  expect(text).toContain("answerable_chunk_duration_seconds_count 3\n");
});

test("a series that is not read any more is gone at the next look, and the others stay", async () => {
  const telemetry = createTelemetry();
  let ours = ["0", "1"];
  telemetry.gauge("answerable_consumer_lag_records", () =>
    ours.map((partition) => ({ labels: { topic: "t", partition }, value: 5 })),
  );
  const shown = async (): Promise<readonly (string | undefined)[]> =>
    [...(await telemetry.renderPrometheus()).matchAll(/lag_records\{.*partition="(\d)"/gu)].map(
      ([, at]) => at,
    );
  expect(await shown()).toEqual(["0", "1"]);
  ours = ["1", "2"];
  expect(await shown()).toEqual(["1", "2"]);
  ours = [];
  expect(await shown()).toEqual([]);
});

test("a role says who it is on every number, and counts from nought what it may count", async () => {
  const text = await createTelemetry({ role: "detect", version: "1.2.3" }).renderPrometheus();
  expect(text).toContain('answerable_build_info{version="1.2.3",role="detect"} 1');
  for (const outcome of counters.answerable_spans_total.labels.outcome)
    expect(text).toContain(`answerable_spans_total{outcome="${outcome}",role="detect"} 0`);
  expect(text).not.toContain("answerable_process_");
  const numbers = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  expect(numbers.filter((line) => !line.includes('role="detect"'))).toEqual([]);
});

test("a log line is JSON for machines, one harmless line for people, and never an error", () => {
  const lines: string[] = [];
  const clock = { ...systemClock, nowMs: () => 0 };
  createLog({ write: (line) => lines.push(line), isTty: false, clock })("warn", "a\nb", { n: 1, level: "x" });
  createLog({ write: (line) => lines.push(line), isTty: true, clock })("error", "a\n\u001B[2Jb", {
    n: 1,
    s: "x y",
  });
  createLog({
    write: () => {
      throw new Error("disk full");
    },
    isTty: true,
    clock,
  })("info", "a");
  expect(lines).toEqual([
    '{"n":1,"level":"warn","at":"1970-01-01T00:00:00.000Z","message":"a\\nb"}\n',
    '00:00:00 error: a\u{fffd}\u{fffd}[2Jb n=1 s="x y"\n',
  ]);
});

test("a sleep ends early when it is called off", async () => {
  const before = performance.now();
  const off = new AbortController();
  const sleeping = systemClock.sleep(60_000, off.signal);
  off.abort();
  await sleeping;
  await systemClock.sleep(60_000, off.signal);
  expect(performance.now() - before).toBeLessThan(1000);
});
