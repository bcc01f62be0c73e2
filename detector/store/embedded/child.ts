/**
 * The program of the child process: a ClickHouse server, and nothing else, because the call that runs it blocks this
 * process's event loop for good. Arguments are ClickHouse's own.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { loadPeers } from "./peers.ts";

/** `clickhouse local` listens only when told to, and lives as long as its query: one that never ends. */
const listenForever =
  "SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; " +
  "SELECT count() FROM system.numbers WHERE NOT sleepEachRow(1) SETTINGS max_block_size = 1, max_execution_time = 0";

const run = await loadPeers();
const watcher = new Worker(new URL("./parent-watch.js", import.meta.url));
// Once the server runs no event reaches this thread, so the watch must stand before.
await once(watcher, "message");
const exitCode = run([...process.argv.slice(2), "--query", listenForever]);
// The library leaves threads behind that a normal exit would wait for; its own exit code is not one of a process.
process.stderr.write(`ClickHouse ended with ${exitCode}\n`);
process.kill(process.pid, "SIGKILL");
