import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { batchesOf, type Batch } from "../../detector/replay/batches.ts";
import { lineCharsMax } from "../../detector/replay/lines.ts";
import { fileOf, inFolder, lineOf, numbered } from "./support.ts";

async function all(...args: Parameters<typeof batchesOf>): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of batchesOf(...args)) found.push(batch);
  return found;
}

describe("batches", () => {
  test.each([{ gzip: false }, { gzip: true }])("cut a file in its order (gzip: $gzip)", async ({ gzip }) => {
    const batches = await all(fileOf(`cut-${gzip}.jsonl`, numbered(12), { gzip }), { spansMax: 5 });
    expect(batches.map(({ from, to, spans }) => [from, to, spans.length])).toEqual([
      [1, 5, 5],
      [6, 10, 5],
      [11, 12, 2],
    ]);
    expect(batches.flatMap((one) => one.spans.map((span) => span.attributes["nhi.step"]))).toEqual([
      ...Array(12).keys(),
    ]);
  });

  test("begin after a given line", async () => {
    const batches = await all(fileOf("after.jsonl", numbered(12)), { spansMax: 5, afterLine: 5 });
    expect(batches.map(({ from, to }) => [from, to])).toEqual([
      [6, 10],
      [11, 12],
    ]);
  });

  test("report a bad line with place and reason, never its values, and keep its neighbours", async () => {
    const lines = [
      lineOf(),
      "{",
      "",
      lineOf({ kind: "S3CRET" }),
      `"${"x".repeat(lineCharsMax)}"`,
      lineOf({ ts: "yesterday-S3CRET" }),
      lineOf({ seq: 2 }),
    ];
    const file = fileOf("bad.jsonl", lines);
    const [batch, ...more] = await all(file);
    expect(more).toEqual([]);
    expect(batch).toMatchObject({ lines: 6, from: 1, to: 7 });
    expect(batch?.spans).toHaveLength(2);
    expect(batch?.bad).toMatchObject([
      { file, line: 2, reason: "is not JSON" },
      { line: 4, reason: expect.stringMatching(/^kind: /u) },
      { line: 5, reason: expect.stringContaining("longer than") },
      { line: 6, reason: expect.stringMatching(/^ts: /u) },
    ]);
    expect(JSON.stringify(batch?.bad)).not.toContain("S3CRET");
  });

  test("need no line break at the end and take CRLF", async () => {
    const file = inFolder("ends.jsonl");
    writeFileSync(file, `${JSON.stringify(lineOf())}\r\n${JSON.stringify(lineOf({ seq: 2 }))}`);
    expect((await all(file))[0]).toMatchObject({ lines: 2, bad: [] });
  });

  test("say what is wrong with a file that can't be read", async () => {
    await expect(all(inFolder("none.jsonl"))).rejects.toThrow("none.jsonl: there is no such file");
    await expect(all(inFolder("."))).rejects.toThrow("it is a folder");
    const cut = inFolder("cut.jsonl.gz");
    writeFileSync(
      cut,
      readFileSync(fileOf("whole.jsonl.gz", numbered(2000), { gzip: true })).subarray(0, 3000),
    );
    await expect(all(cut)).rejects.toThrow(/cut\.jsonl\.gz.*damaged or cut off/u);
  });
});
