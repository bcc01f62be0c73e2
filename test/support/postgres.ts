import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chownSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePorts } from "../../detector/store/embedded/free-ports.ts";
import { until } from "./poll.ts";
import { tempFolder } from "./temp-folder.ts";

const run = promisify(execFile);
const closeWithinMs = 2_000;
const stopWithinMs = 10_000;

/** A real PostgreSQL on loopback, with a folder of its own. */
export interface Postgres {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Folder of its Unix socket. */
  readonly socketFolder: string;
  /** Stops it for good and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a server and resolves once it takes connections. It dies with the process that started it. */
export async function startPostgres(): Promise<Postgres> {
  const programs = programFolder();
  const [folder, runner] = [tempFolder("postgres"), await runnerOf()];
  const [data, secret] = [join(folder.path, "data"), join(folder.path, "password")];
  const password = "pg-S3CRET-of-the-test";
  writeFileSync(secret, password);
  for (const path of [folder.path, secret]) chownSync(path, runner.uid, runner.gid);
  const initdb = join(programs, "initdb");
  const asked = ["-D", data, "-U", "answerable", "-A", "scram-sha-256", `--pwfile=${secret}`, "--no-sync"];
  try {
    const [program = "", ...args] = runner.command([initdb, ...asked, "-E", "UTF8", "--no-locale"]);
    await run(program, args, { cwd: folder.path });
    const [port = 0] = await freePorts(1);
    const options = ["fsync=off", `port=${port}`, "listen_addresses=127.0.0.1"];
    const sockets = `unix_socket_directories=${folder.path}`;
    const server = await launch(
      runner.command([
        join(programs, "postgres"),
        "-D",
        data,
        ...[...options, sockets].flatMap((option) => ["-c", option]),
      ]),
      port,
      folder.path,
    );
    return {
      host: "127.0.0.1",
      port,
      user: "answerable",
      password,
      database: "postgres",
      socketFolder: folder.path,
      stop: async () => {
        await end(server);
        folder.remove();
      },
    };
  } catch (error) {
    folder.remove();
    throw error;
  }
}

/** Debian keeps the programs of each version in a folder of its own. */
function programFolder(): string {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const newestFirst = versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((name) => join(debian, name, "bin"));
  const folders = [...newestFirst, ...(process.env["PATH"] ?? "").split(":")];
  const found = folders.find((folder) => existsSync(join(folder, "initdb")));
  if (found === undefined)
    throw new Error("there is no PostgreSQL on this machine; get it with: apt-get install postgresql");
  return found;
}

interface Runner {
  readonly uid: number;
  readonly gid: number;
  readonly command: (command: readonly string[]) => readonly string[];
}

/** PostgreSQL refuses to run as root. */
async function runnerOf(): Promise<Runner> {
  const [uid = 0, gid = 0] = [process.getuid?.(), process.getgid?.()];
  const hasSetpriv = existsSync("/usr/bin/setpriv");
  const dying = hasSetpriv ? ["setpriv", "--pdeathsig", "QUIT"] : [];
  if (uid !== 0) return { uid, gid, command: (command) => [...dying, ...command] };
  if (!hasSetpriv) throw new Error("PostgreSQL does not run as root; install util-linux, for setpriv");
  const idOf = async (flag: string): Promise<number> => Number((await run("id", [flag, "postgres"])).stdout);
  const [owner, group] = [await idOf("-u"), await idOf("-g")];
  const asOwner = [`--reuid=${owner}`, `--regid=${group}`, "--clear-groups"];
  return { uid: owner, gid: group, command: (command) => [...dying, ...asOwner, ...command] };
}

async function launch(command: readonly string[], port: number, cwd: string): Promise<ChildProcess> {
  const [program = "", ...args] = command;
  const server = spawn(program, args, { cwd, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  server.stderr?.setEncoding("utf8").on("data", (text: string) => (said = `${said}${text}`.slice(-2_000)));
  await until("PostgreSQL takes connections", async () => {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended: ${said}`);
    // It opens its port before it is ready, and says so in its log when it is.
    return said.includes("ready to accept connections") && (await takes(port));
  });
  return server;
}

function takes(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

/** Waits for connections that are about to close, then cuts them; what was written stays. */
function end(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) {
      resolve();
      return;
    }
    const cut = setTimeout(() => server.kill("SIGINT"), closeWithinMs);
    const insist = setTimeout(() => server.kill("SIGQUIT"), stopWithinMs);
    server.once("exit", () => {
      clearTimeout(cut);
      clearTimeout(insist);
      resolve();
    });
    server.kill("SIGTERM");
  });
}
