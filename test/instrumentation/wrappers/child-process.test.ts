/**
 * Goal: each program that is run is told once, by its name; it is told by whom and for what; nothing of Node's own behaviour
 * changes.
 * Method: the wrapper contract with all ways to run a program; programs that print what they got.
 */
import childProcess, { exec, execFile, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "@jest/globals";
import type { Attributes } from "@opentelemetry/api";
import { runAs } from "../../../instrumentation/index.ts";
import { childProcessWrapper } from "../../../instrumentation/wrappers/child-process.ts";
import { repositoryRoot } from "../../support/repository.ts";
import { actionsOf, install, watchedRun } from "../../support/wrapped-run.ts";
import { type Use, wrapperContract } from "../../support/wrapper-contract.ts";

const ran = (program: string): Attributes => ({
  "nhi.action.kind": "exec",
  "nhi.action.name": program,
  "nhi.resource.id": program,
  "nhi.resource.kind": "program",
  "nhi.action.mutating": true,
});
const missing = "no-such-program";
const secret = "S3CRET-argument";
const secrets = [secret, "S3CRET"];
const ended = (child: childProcess.ChildProcess): Promise<unknown[]> => once(child, "close");

const uses: readonly Use<null>[] = [
  {
    name: "spawn, in all its forms",
    run: async (see) => {
      const child = spawn("echo", [secret], { stdio: ["ignore", "pipe", "pipe"] });
      see("child", [child.constructor.name, child.spawnfile, child.spawnargs, Object.keys(child).toSorted()]);
      child.stdout.on("data", (data) => see("data", String(data)));
      see("ended", await ended(child));
      see("alone", await ended(spawn("true")));
      see("options second", await ended(spawn("true", { stdio: "ignore" })));
      see("shell", await ended(spawn(`exit 3 # ${secret}`, { shell: true })));
      const killed = spawn("sleep", ["60"]);
      killed.kill();
      see("killed", await ended(killed));
    },
    actions: [
      ran("echo"),
      ran("true"),
      ran("true"),
      { ...ran("exit"), "error.type": "3" },
      { ...ran("sleep"), "error.type": "SIGTERM" },
    ],
    secrets,
  },
  {
    name: "programs that aren't there",
    run: async (see) => {
      const [error] = (await once(spawn(missing, [secret]), "error")) as unknown[];
      see("spawn", error);
      await promisify(execFile)(missing).catch((given: unknown) => see("execFile", given));
      see("spawnSync", childProcess.spawnSync(missing));
      try {
        childProcess.execFileSync(missing, [secret]);
      } catch (given) {
        see("execFileSync", given);
      }
    },
    actions: Array.from({ length: 4 }, () => ({ ...ran(missing), "error.type": "ENOENT" })),
    secrets,
  },
  {
    name: "exec and execFile, by callback and promise",
    run: async (see) => {
      await new Promise<void>((done) => {
        const child = exec(`PASSWORD=${secret} echo ${secret}`, function callback(this: unknown, ...given) {
          see("exec", [this === child, given]);
          done();
        });
      });
      await new Promise<void>((done) => {
        execFile("echo", [secret], { encoding: "buffer" }, (...given) => {
          see("execFile", given);
          done();
        });
      });
      const promise = promisify(exec)("cat nothing-of-this-name; exit 4");
      see("its child", promise.child.constructor.name);
      await promise.catch((error: unknown) => see("rejected", error));
      see("execFile", await promisify(execFile)("echo", ["one"]));
    },
    actions: [ran("echo"), ran("echo"), { ...ran("cat"), "error.type": "4" }, ran("echo")],
    secrets,
  },
  {
    name: "what waits",
    run: async (see) => {
      see("execSync", childProcess.execSync(`echo ${secret}`, { encoding: "utf8" }));
      see("execFileSync", childProcess.execFileSync("echo", ["one"]).toString());
      see("spawnSync", omitPid(childProcess.spawnSync("cat", { input: secret, encoding: "utf8" })));
      see("shell", omitPid(childProcess.spawnSync("kill -9 $$", { shell: true })));
      try {
        childProcess.execSync("exit 5", { stdio: "pipe" });
      } catch (error) {
        see("failed", omitPid(error as Error));
      }
      see(
        "frozen",
        omitPid(childProcess.spawnSync("true", Object.freeze([]), Object.freeze({ stdio: "ignore" }))),
      );
    },
    actions: [
      ran("echo"),
      ran("echo"),
      ran("cat"),
      { ...ran("kill"), "error.type": "SIGKILL" },
      { ...ran("exit"), "error.type": "5" },
      ran("true"),
    ],
    secrets,
  },
  {
    name: "fork, with messages",
    run: async (see) => {
      const code = "process.on('message', (m) => { process.send([m]); process.disconnect(); })";
      const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
      child.on("message", (message) => see("message", message));
      child.send("hello");
      see("ended", await ended(child));
      const forked = fork(join(repositoryRoot, "package.json"), { silent: true, execArgv: ["--version"] });
      see("forked", await ended(forked));
    },
    actions: [ran("node"), ran("node")],
  },
  {
    name: "aborted",
    run: async (see) => {
      const abort = new AbortController();
      const child = spawn("sleep", ["60"], { signal: abort.signal });
      child.on("error", (error) => see("error", error));
      abort.abort();
      see("ended", await ended(child));
    },
    actions: [{ ...ran("sleep"), "error.type": "AbortError" }],
  },
  {
    name: "one that outlives us",
    run: async (see) => {
      const child = spawn("sleep", ["0.05"], { detached: true, stdio: "ignore" });
      child.unref();
      see("child", child.connected);
    },
    actions: [ran("sleep")],
  },
  {
    name: "what can't be run",
    run: async (see) => {
      for (const odd of [undefined, null, "", 7, {}, "nul\0l"]) {
        for (const run of [spawn, execFile, exec, fork, ...waiting()]) {
          try {
            (run as (odd: unknown) => unknown)(odd);
          } catch (error) {
            see("threw", (error as Error).message);
          }
        }
      }
    },
    actions: Array.from({ length: 3 }, () => ({ "error.type": "TypeError" })),
  },
];

/** The test runner's named imports don't follow what is patched; those of Node do, see the programs. */
function waiting(): unknown[] {
  return [childProcess.spawnSync, childProcess.execFileSync, childProcess.execSync];
}

/** Results hold the id of the process. */
function omitPid(result: object): object {
  return { ...result, pid: 0 };
}

wrapperContract<null>({
  wrapper: childProcessWrapper,
  start: () => Promise.resolve({ world: null, stop: () => undefined }),
  touches: () => [childProcess, childProcess.ChildProcess.prototype],
  uses,
  app: {
    modules: { cp: "node:child_process" },
    body: () => `
      const child = cp.spawn("echo", ["one"], { stdio: "inherit" });
      child.on("close", () => console.log(String(cp.execSync("echo two"))));
    `,
    actions: [
      ["exec", "echo"],
      ["exec", "echo"],
    ],
  },
});

describe("what a program is told", () => {
  const print = ["-e", "console.log(JSON.stringify(process.env))"];
  type Environment = Readonly<Record<string, string>>;
  const told = async (start: () => Environment | Promise<Environment>): Promise<Environment> => {
    const undo = install(childProcessWrapper, []);
    let got: Environment = {};
    await watchedRun(async () => {
      got = await runAs({ task: "TCK-7" }, start);
    });
    undo();
    return got;
  };
  const parsed = (text: string): Environment => JSON.parse(text) as Environment;
  const forms: Readonly<Record<string, (env?: object) => Promise<Environment> | Environment>> = {
    execFile: async (env) => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        print,
        env === undefined ? {} : { env: env as Environment },
      );
      return parsed(stdout);
    },
    spawnSync: (env) => {
      const options = env === undefined ? undefined : { env: env as Environment };
      return parsed(childProcess.spawnSync(process.execPath, print, options).stdout.toString());
    },
    execFileSync: (env) => {
      const options = env === undefined ? {} : { env: env as Environment };
      return parsed(childProcess.execFileSync(process.execPath, print, options).toString());
    },
  };

  describe.each(Object.entries(forms))("%s", (_, start) => {
    test("by whom and for what, in our environment", async () => {
      const got = await told(() => start());
      expect(got["TRACEPARENT"]).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/u);
      expect(got["BAGGAGE"]).toContain("nhi.chain=user%3Aana>agent%3Acontract,nhi.task=TCK-7");
      expect({ ...got, TRACEPARENT: undefined, BAGGAGE: undefined }).toMatchObject({
        PATH: process.env["PATH"],
      });
    });

    test("in a copy of it, and the host's object stays as it is", async () => {
      const env = Object.freeze({ ...process.env, MORE: "1" });
      const got = await told(() => start(env));
      expect(got).toMatchObject({ MORE: "1", TRACEPARENT: expect.any(String) as unknown });
      expect(env).not.toHaveProperty("TRACEPARENT");
    });

    test("nothing in an environment of its own, or in one that says it already", async () => {
      expect(await told(() => start({ ONLY: "1" }))).not.toHaveProperty("TRACEPARENT");
      const theirs = {
        ...process.env,
        TRACEPARENT: "00-11111111111111111111111111111111-2222222222222222-01",
      };
      const got = await told(() => start(theirs));
      expect(got["TRACEPARENT"]).toBe(theirs.TRACEPARENT);
      expect(got).not.toHaveProperty("BAGGAGE");
    });
  });
});

describe("a program that was told", () => {
  test("goes on with the chain", async () => {
    const undo = install(childProcessWrapper, []);
    const register = join(repositoryRoot, "dist/instrumentation/register.js");
    const sink = join(repositoryRoot, "dist/test/support/agents/told-child.js");
    let child = "";
    const left = await watchedRun(async () => {
      const args = ["--import", register, sink];
      const env = { ...process.env, ANSWERABLE_EXPORTER: "console" };
      child = (await runAs({ task: "TCK-7" }, () => promisify(execFile)(process.execPath, args, { env })))
        .stdout;
    });
    undo();
    const [action] = actionsOf(left);
    const { traceId, spanId } = action?.spanContext() ?? {};
    expect(JSON.parse(child)).toMatchObject({
      scope: {
        chain: ["user:ana", "agent:contract"],
        task: "TCK-7",
        session: "contract-session",
        chainVerified: false,
      },
      traceId,
      spanId,
    });
  });
});
