/**
 * The thread beside the blocked one: ends the process when its parent is gone, however the parent went.
 * The parent holds the other end of stdin and never writes; the kernel closes it even after `kill -9`.
 */
import { readSync } from "node:fs";
import { parentPort } from "node:worker_threads";

const stdinFd = 0;
const graceMs = 2_000;
const retryMs = 100;

const bell = new Int32Array(new SharedArrayBuffer(4));
/** Blocks this thread, which has nothing else to do. */
const pause = (ms: number): string => Atomics.wait(bell, 0, 0, ms);

parentPort?.postMessage("watching", []);
while (!parentIsGone()) pause(retryMs);
process.kill(process.pid, "SIGTERM");
pause(graceMs);
process.kill(process.pid, "SIGKILL");

function parentIsGone(): boolean {
  try {
    return readSync(stdinFd, Buffer.alloc(64)) === 0;
  } catch (error) {
    // A stdin that somebody made non-blocking says "try again"; every other error means that it is no longer there.
    return !(error instanceof Error && "code" in error && error.code === "EAGAIN");
  }
}
