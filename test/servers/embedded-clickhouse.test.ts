/** Goal: the embedded server keeps its data and its manners whatever happens to it or to its parent. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { openCappedLog } from "../../detector/store/embedded/capped-log.ts";
import { startEmbeddedClickHouse, type EmbeddedClickHouse } from "../../detector/store/embedded/server.ts";
import { isRunning, until } from "../support/poll.ts";
import { repositoryRoot } from "../support/repository.ts";
import { sql } from "../support/sql.ts";
import { tempFolder, type TempFolder } from "../support/temp-folder.ts";

let folder: TempFolder;
let server: EmbeddedClickHouse | undefined;
beforeEach(() => {
  folder = tempFolder("embedded");
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  folder.remove();
});

const dataDir = (): string => join(folder.path, "clickhouse");
const missing = (): Promise<never> => Promise.reject(new Error("Cannot find package 'chdb'"));
const createTable = "CREATE TABLE answerable.numbers (n UInt32) ENGINE = MergeTree ORDER BY n";

test("a server killed with -9 is started again at the same address with its data", async () => {
  const events: string[] = [];
  server = await startEmbeddedClickHouse({ dataDir: dataDir(), onEvent: ({ kind }) => events.push(kind) });
  const { url } = server;
  await sql(url, "CREATE DATABASE answerable");
  await sql(url, createTable);
  await sql(url, "INSERT INTO answerable.numbers SELECT number FROM numbers(1000)");
  const killed = server.pid();

  process.kill(killed, "SIGKILL");
  const total = await until("the next server answers", () =>
    sql(url, "SELECT sum(n) FROM answerable.numbers").catch(() => undefined),
  );

  expect(total).toBe("499500");
  await until("the restart is told", () => events.length === 3);
  expect(events).toEqual(["ready", "died", "ready"]);
  expect(server.pid()).not.toBe(killed);
});

test("what was stored is there after a stop and a start", async () => {
  server = await startEmbeddedClickHouse({ dataDir: dataDir() });
  await sql(server.url, "CREATE DATABASE answerable");
  await sql(server.url, createTable);
  await sql(server.url, "INSERT INTO answerable.numbers VALUES (7)");
  const stopped = server.pid();
  await server.stop();
  expect(await isRunning(stopped)).toBe(false);

  server = await startEmbeddedClickHouse({ dataDir: dataDir() });
  expect(await sql(server.url, "SELECT n FROM answerable.numbers")).toBe("7");
});

test("stopping may be asked twice, also while a dead server waits for its restart", async () => {
  const events: string[] = [];
  server = await startEmbeddedClickHouse({ dataDir: dataDir(), onEvent: ({ kind }) => events.push(kind) });
  process.kill(server.pid(), "SIGKILL");
  await until("the death is told", () => events.includes("died"));
  await Promise.all([server.stop(), server.stop()]);
  expect(events).toEqual(["ready", "died"]);
  expect(await isRunning(server.pid())).toBe(false);
});

test("a data folder serves one server at a time", async () => {
  server = await startEmbeddedClickHouse({ dataDir: dataDir() });
  await expect(startEmbeddedClickHouse({ dataDir: dataDir() })).rejects.toThrow(
    `The data folder ${dataDir()} is in use by process ${process.pid}; stop that one or choose another folder.`,
  );
  expect(await sql(server.url, "SELECT 1")).toBe("1");
});

test("an instant without a zone is UTC, and no log table is written", async () => {
  server = await startEmbeddedClickHouse({ dataDir: dataDir() });
  expect(await sql(server.url, "SELECT timezone()")).toBe("UTC");
  await sql(server.url, "SYSTEM FLUSH LOGS");
  expect(await sql(server.url, "SELECT count() FROM system.tables WHERE name LIKE '%\\_log'")).toBe("0");
});

test("a parent killed with -9 leaves no server behind, and the folder is free for the next", async () => {
  const program = `
    const { startEmbeddedClickHouse } = await import(${JSON.stringify(join(repositoryRoot, "dist/detector/store/embedded/server.js"))});
    const server = await startEmbeddedClickHouse({ dataDir: ${JSON.stringify(dataDir())} });
    console.log(server.pid());`;
  const parent = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [told]: unknown[] = await once(parent.stdout, "data");
  const orphan = Number(String(told));
  expect(await isRunning(orphan)).toBe(true);

  parent.kill("SIGKILL");
  await until("the orphan is gone", async () => !(await isRunning(orphan)), 5_000);

  expect(existsSync(join(dataDir(), "lock"))).toBe(true);
  server = await startEmbeddedClickHouse({ dataDir: dataDir() });
  expect(await sql(server.url, "SELECT 1")).toBe("1");
});

test("without its optional peers it says how to add them", async () => {
  const peers = { library: missing, calls: () => import("ffi-rs") };
  await expect(startEmbeddedClickHouse({ dataDir: dataDir(), peers })).rejects.toThrow(
    "The embedded ClickHouse is not installed; add it with: npm install chdb ffi-rs",
  );
  expect(existsSync(dataDir())).toBe(false);
});

test("a server that can't start says why, and gives the folder back", async () => {
  const blocked = dataDir();
  mkdirSync(blocked);
  writeFileSync(join(blocked, "data"), "a file where the server wants a folder");
  await expect(startEmbeddedClickHouse({ dataDir: blocked })).rejects.toThrow(
    /ended \(.*It said last:\n.+/su,
  );
  expect(existsSync(join(blocked, "lock"))).toBe(false);
});

test("the log keeps the last lines and a limited size", () => {
  const path = join(folder.path, "server.log");
  const log = openCappedLog({ path, bytesMax: 100, tailLinesMax: 2 });
  for (let line = 1; line <= 100; line += 1) log.append(`line ${line}\n`);
  expect(log.tail()).toEqual(["line 99", "line 100"]);
  expect(readFileSync(path).length + readFileSync(`${path}.1`).length).toBeLessThan(250);
});
