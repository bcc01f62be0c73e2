/**
 * Preloaded into a process under test: writes down how much processor time its main thread took between two turns of the
 * event loop. Time on the clock would count whatever else the machine does; this is what the program itself held it for.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const file = process.env["LOOP_WATCH_FILE"];
const everyMs = 5;
const worthAWordMs = 20;

if (isMainThread && file !== undefined) {
  const path = `/proc/self/task/${String(process.pid)}/schedstat`;
  const busyMs = (): number => Number(readFileSync(path, "utf8").split(" ")[0]) / 1e6;
  let before = busyMs();
  setInterval(() => {
    const now = busyMs();
    if (now - before > worthAWordMs) appendFileSync(file, `${Date.now()} ${(now - before).toFixed(1)}\n`);
    before = now;
  }, everyMs).unref();
}
