import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { pauseMs, replay, type ReplayOptions } from "../../detector/replay/replay.ts";
import { kafkaTarget } from "../../detector/replay/to-kafka.ts";
import { fileOf, inFolder, memoryTarget, numbered, sleeplessClock } from "./support.ts";

type Given = Pick<ReplayOptions, "files" | "target"> & Partial<ReplayOptions>;

function run(given: Given): ReturnType<typeof replay> {
  return replay({ clock: sleeplessClock(), spansPerBatch: 5, ...given });
}

describe("replay", () => {
  test("counts what it read, sent, lost and could not read", async () => {
    const files = [
      fileOf("one.jsonl", [...numbered(7), "{"]),
      fileOf("two.jsonl.gz", numbered(4), { gzip: true }),
    ];
    const target = memoryTarget((spans) => (spans.length === 5 ? 2 : 0));
    const said: string[] = [];
    const counts = await run({
      files,
      target,
      onBadLine: ({ line, reason }) => said.push(`${line} ${reason}`),
      onRejected: ({ count, message }) => said.push(`${count} ${message}`),
    });
    expect(counts).toEqual({ lines: 12, sent: 9, rejected: 2, bad: 1 });
    expect(said).toEqual(["2 some were bad", "8 is not JSON"]);
  });

  test("shows progress in bytes of the files, up to all of them", async () => {
    const files = [fileOf("three.jsonl", numbered(7)), fileOf("four.jsonl", numbered(4))];
    const seen: number[] = [];
    await run({
      files,
      target: memoryTarget(),
      onProgress: ({ bytesRead, bytesTotal }) => seen.push(bytesRead / bytesTotal),
    });
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
  });

  test("stopped half-way and resumed sends each line exactly once", async () => {
    for (const stopAfter of [1, 2, 3, 4]) {
      const files = [
        fileOf("five.jsonl", numbered(13)),
        fileOf("six.jsonl", numbered(8, { run_id: "ad-2", session: "ad-2" })),
      ];
      const resumeFile = inFolder(`resume-${stopAfter}.json`);
      const stop = new AbortController();
      const target = memoryTarget();
      let batches = 0;
      const onProgress = (): void => {
        batches += 1;
        if (batches === stopAfter) stop.abort();
      };
      await expect(run({ files, target, resumeFile, signal: stop.signal, onProgress })).rejects.toThrow(
        "aborted",
      );
      expect(target.spans.length).toBeLessThan(21);
      await run({ files, target, resumeFile });
      expect(target.spans).toHaveLength(21);
      expect(new Set(target.spans.map((span) => span.spanId)).size).toBe(21);
      expect(await run({ files, target, resumeFile })).toMatchObject({ lines: 0, sent: 0 });
    }
  });

  test("a batch that failed is sent again on resuming", async () => {
    const files = [fileOf("seven.jsonl", numbered(12))];
    const resumeFile = inFolder("failed.json");
    let sends = 0;
    const failing = memoryTarget(() => {
      sends += 1;
      if (sends === 2) throw new Error("gave up");
      return 0;
    });
    await expect(run({ files, target: failing, resumeFile })).rejects.toThrow("gave up");
    await run({ files, target: failing, resumeFile });
    expect(failing.spans.map((span) => span.attributes["nhi.step"])).toEqual([...Array(12).keys()]);
  });

  test("a file that changed or another target begins anew", async () => {
    const resumeFile = inFolder("anew.json");
    const files = [fileOf("eight.jsonl", numbered(6))];
    await run({ files, target: memoryTarget(), resumeFile });
    expect(await run({ files, target: { ...memoryTarget(), name: "other" }, resumeFile })).toMatchObject({
      sent: 6,
    });
    fileOf("eight.jsonl", numbered(7));
    expect(await run({ files, target: memoryTarget(), resumeFile })).toMatchObject({ sent: 7 });
    expect(JSON.parse(readFileSync(resumeFile, "utf8"))).toMatchObject({ version: 1 });
  });

  test("a resume file that is something else is refused, and a missing file before anything is sent", async () => {
    const resumeFile = inFolder("precious.json");
    writeFileSync(resumeFile, '{"precious":true}');
    const files = [fileOf("nine.jsonl", numbered(1))];
    await expect(run({ files, target: memoryTarget(), resumeFile })).rejects.toThrow("is not a resume file");
    const target = memoryTarget();
    await expect(run({ files: [...files, inFolder("none.jsonl")], target })).rejects.toThrow("none.jsonl");
    expect(target.spans).toEqual([]);
  });

  test("keeps to a rate", async () => {
    const clock = sleeplessClock();
    await run({ files: [fileOf("ten.jsonl", numbered(20))], target: memoryTarget(), clock, rateLimit: 10 });
    expect(clock.slept).toEqual([500, 500, 500]);
  });
});

test.each([
  { name: "no limit", spans: 1000, rateLimit: undefined, passedMs: 0, waits: 0 },
  { name: "the first batch goes at once", spans: 0, rateLimit: 100, passedMs: 0, waits: 0 },
  { name: "a second's worth at once waits a second", spans: 100, rateLimit: 100, passedMs: 0, waits: 1000 },
  { name: "what has passed counts", spans: 100, rateLimit: 100, passedMs: 400, waits: 600 },
  {
    name: "late is not made up for by waiting less than nothing",
    spans: 100,
    rateLimit: 100,
    passedMs: 5000,
    waits: 0,
  },
])("$name", ({ waits, ...given }) => {
  expect(pauseMs(given)).toBe(waits);
});

test("to Kafka each batch is split by identity, in order", async () => {
  const sent: { key: string; bytes: number }[][] = [];
  const target = kafkaTarget("raw", {
    send: async (records) => void sent.push(records.map(({ key, value }) => ({ key, bytes: value.length }))),
  });
  await run({ files: [fileOf("kafka.jsonl", numbered(7))], target });
  expect(sent.map((records) => records.map((one) => one.key))).toEqual([
    ["agent:a0", "agent:a1", "agent:a2"],
    ["agent:a2", "agent:a0"],
  ]);
});
