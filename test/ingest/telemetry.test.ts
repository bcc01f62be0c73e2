import { expect, test } from "@jest/globals";
import { systemClock } from "../../detector/clock.ts";
import { createLog } from "../../detector/log.ts";
import { createTelemetry } from "../../detector/telemetry.ts";

test("counters and gauges come out as Prometheus reads them", async () => {
  const telemetry = createTelemetry({ answerable_spans_total: "Spans taken." });
  telemetry.count("answerable_spans_total", { kind: "a" }, 2);
  telemetry.count("answerable_spans_total", { kind: "a" });
  telemetry.count("answerable_other_things_total");
  telemetry.gauge("answerable_lag", () => 1, "Replaced.");
  telemetry.gauge("answerable_lag", () => 7, "Records behind.");
  const text = await telemetry.renderPrometheus();
  expect(text).toContain("# HELP answerable_spans_total Spans taken.\n# TYPE answerable_spans_total counter");
  expect(text).toContain('answerable_spans_total{kind="a"} 3\n');
  expect(text).toContain("# HELP answerable_other_things_total other things");
  expect(text).toContain("# TYPE answerable_lag gauge\nanswerable_lag 7\n");
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
