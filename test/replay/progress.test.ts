import { PassThrough } from "node:stream";
import { expect, test } from "@jest/globals";
import { progressOn } from "../../detector/cli/progress.ts";
import { sleeplessClock } from "./support.ts";

test("where there is no terminal, progress is a line every few seconds", async () => {
  const stream = new PassThrough();
  const clock = sleeplessClock();
  const progress = progressOn(stream, clock);
  for (let done = 0; done <= 12; done++) {
    progress.update({ done, total: 12, text: `${done} spans` });
    await clock.sleep(1000);
  }
  progress.stop();
  expect(String(stream.read())).toBe("41% 5 spans\n83% 10 spans\n");
});

test("on a terminal it is a bar", () => {
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    cursorTo: () => true,
    clearLine: () => true,
  });
  const progress = progressOn(stream, sleeplessClock());
  progress.update({ done: 0, total: 2, text: "none" });
  progress.update({ done: 2, total: 2, text: "all" });
  progress.stop();
  expect(String(stream.read())).toContain("100% | all");
});
