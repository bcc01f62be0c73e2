/** Preloaded into a process under test: at each SIGUSR2 its clock jumps, an hour ahead, an hour back, and right again. */
import { isMainThread } from "node:worker_threads";

const hourMs = 3_600_000;
const jumps = [hourMs, -hourMs, 0];
let at = -1;

if (isMainThread) {
  const now = Date.now;
  Date.now = () => now() + (jumps[at] ?? 0);
  process.on("SIGUSR2", () => (at = (at + 1) % jumps.length));
}
