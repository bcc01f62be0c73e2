/** Goal: what is said of an app's packages is what its node_modules hold, however they are laid out. */
import { execFile } from "node:child_process";
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { apiCopies, installedVersion } from "../../instrumentation/doctor/api-copies.ts";
import { isTracing } from "../../instrumentation/doctor/tracing.ts";
import { repositoryRoot } from "../support/repository.ts";
import { type TempFolder, tempFolder } from "../support/temp-folder.ts";

let temp: TempFolder;
let app: string;
beforeEach(() => {
  temp = tempFolder("look");
  app = join(realpathSync(temp.path), "workspace/app");
  mkdirSync(app, { recursive: true });
});
afterEach(() => temp.remove());

function write(path: string, text: string): void {
  const at = join(app, path);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, text);
}

function addPackage(at: string, version: string, more: object = {}): void {
  write(`${at}/package.json`, JSON.stringify({ name: at.split("node_modules/").at(-1), version, ...more }));
}

describe("apiCopies", () => {
  test("finds copies at the top, within packages, within scopes, and above", () => {
    addPackage("node_modules/@opentelemetry/api", "1.9.1");
    addPackage("node_modules/agents/node_modules/@opentelemetry/api", "1.10.0");
    addPackage("node_modules/@acme/core/node_modules/deep/node_modules/@opentelemetry/api", "1.9.0");
    addPackage("../node_modules/@opentelemetry/api", "1.8.0");
    addPackage("node_modules/other", "1.0.0");
    expect(
      apiCopies(app)
        .slice(0, 3)
        .toSorted((a, b) => (a.folder < b.folder ? -1 : 1)),
    ).toEqual([
      {
        version: "1.9.0",
        folder: "node_modules/@acme/core/node_modules/deep/node_modules/@opentelemetry/api",
      },
      { version: "1.9.1", folder: "node_modules/@opentelemetry/api" },
      { version: "1.10.0", folder: "node_modules/agents/node_modules/@opentelemetry/api" },
    ]);
    expect(apiCopies(app)[3]).toEqual({ version: "1.8.0", folder: "../node_modules/@opentelemetry/api" });
  });

  test("tells a copy once where links lead to it, and a circle of links ends", () => {
    const store = "node_modules/.pnpm/@opentelemetry+api@1.9.1/node_modules/@opentelemetry/api";
    addPackage(store, "1.9.1");
    mkdirSync(join(app, "node_modules/@opentelemetry"));
    symlinkSync(join(app, store), join(app, "node_modules/@opentelemetry/api"));
    symlinkSync(join(app, "node_modules"), join(app, "node_modules/loop"));
    expect(apiCopies(app)).toEqual([{ version: "1.9.1", folder: store }]);
    expect(installedVersion(app, "@opentelemetry/api")).toBe("1.9.1");
  });

  test("an app without node_modules, and a package without a version, are none", () => {
    expect(apiCopies(join(app, "nowhere"))).toEqual([]);
    write("node_modules/@opentelemetry/api/package.json", "{ no json");
    expect(apiCopies(app)).toEqual([]);
  });
});

describe("librariesOf, in a process of its own as a test runner loads modules by itself,", () => {
  const run = promisify(execFile);
  const script = join(repositoryRoot, "dist/test/support/agents/doctor-libraries.js");
  async function libraries(...args: readonly string[]): Promise<unknown> {
    const options = [script, ...args];
    const env = { ...process.env, NODE_OPTIONS: "" };
    const { stdout } = await run(process.execPath, options, { cwd: app, env, timeout: 20_000 });
    return JSON.parse(stdout);
  }

  beforeEach(() => {
    addPackage("node_modules/known-lib", "2.0.0");
    write("node_modules/known-lib/index.js", "exports.send = () => 1;");
    addPackage("node_modules/changed-lib", "9.0.0");
    write("node_modules/changed-lib/index.js", "exports.other = () => 1;");
    addPackage("node_modules/parts-lib", "1.0.0", { exports: { "./client": "./client.js", "./*": "./*" } });
    write("node_modules/parts-lib/client.js", "exports.send = () => 1;");
    addPackage("node_modules/module-lib", "3.0.0", { type: "module", exports: { import: "./index.js" } });
    write("node_modules/module-lib/index.js", "export const send = () => 1;");
    addPackage("node_modules/broken-lib", "1.0.0");
    write("node_modules/broken-lib/index.js", "throw new Error('no');");
  });

  test("says of each whether it is patched, whatever way it is loaded", async () => {
    expect(await libraries()).toEqual([
      ["known-lib", "2.0.0", "patched"],
      ["changed-lib", "9.0.0", "unpatched"],
      ["parts-lib", "1.0.0", "patched"],
      ["module-lib", "3.0.0", "patched"],
      ["broken-lib", "1.0.0", "not_loadable"],
      ["channel", "", "listening"],
    ]);
  });

  test("says that nothing is patched where no hooks are", async () => {
    expect(await libraries("without")).toEqual([
      ["known-lib", "2.0.0", "unpatched"],
      ["changed-lib", "9.0.0", "unpatched"],
      ["parts-lib", "1.0.0", "unpatched"],
      ["module-lib", "3.0.0", "unpatched"],
      ["broken-lib", "1.0.0", "not_loadable"],
      ["channel", "", "unpatched"],
    ]);
  });
});

describe("whether the app's spans are recorded", () => {
  /** An app whose copy of the API records from the n-th span on. */
  const appThatRecords = (from: number): Promise<boolean | undefined> => {
    const span = `{ isRecording: () => (begun += 1) >= ${String(from)}, end() {} }`;
    write(
      "node_modules/@opentelemetry/api/index.js",
      `let begun = 0; exports.trace = { getTracer: () => ({ startSpan: () => (${span}) }) };`,
    );
    return isTracing(app);
  };

  test("an SDK that comes after the app has started is waited for", async () => {
    expect(await appThatRecords(3)).toBe(true);
  });

  test("one that never comes is none", async () => {
    expect(await appThatRecords(Infinity)).toBe(false);
  });

  test("an app without the API says nothing of it", async () => {
    expect(await isTracing(app)).toBeUndefined();
  });
});
