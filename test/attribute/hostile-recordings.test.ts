/**
 * Goal: what the detector makes of broken requests is what the Collector processor is held against.
 * Method: the recorded requests, judged anew.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { z } from "zod";
import { judgedBytes } from "../support/judged-bytes.ts";
import { repositoryRoot } from "../support/repository.ts";

const Recorded = z.strictObject({ body: z.base64(), spans: z.array(z.array(z.unknown())).nullable() });

test("recorded broken requests are judged as recorded (renew: node dist/test/recordings/write-hostile.js)", () => {
  const lines = readFileSync(join(repositoryRoot, "test/recordings/hostile.jsonl"), "utf8")
    .trim()
    .split("\n");
  const recorded = lines.map((line) => Recorded.parse(JSON.parse(line)));
  expect(recorded.length).toBeGreaterThan(300);
  expect(recorded.map(({ body }) => judgedBytes(Buffer.from(body, "base64")))).toEqual(
    recorded.map(({ spans }) => spans),
  );
});
