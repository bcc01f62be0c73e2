/**
 * Goal: what every wrapper promises, shown on the real library: the host notices nothing, each effect is one action, and
 * nothing of values leaves.
 * Method: the same use of the library, with and without us, compared line by line; and what left meanwhile.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type Attributes, trace, type TracerProvider } from "@opentelemetry/api";
import type { LeavingSpan } from "../../instrumentation/index.ts";
import type { Wrapper } from "../../instrumentation/wrappers/wrapper.ts";
import { repositoryRoot } from "./repository.ts";
import { type See, transcript } from "./transcript.ts";
import { actionsOf, actor, install, type Loaded, session, watchedRun } from "./wrapped-run.ts";

/** A library, its wrapper, and uses of it. `World` is what it talks to, for example the address of a double. */
export interface Library<World> {
  readonly wrapper: Wrapper;
  readonly start: () => Promise<{ readonly world: World; readonly stop: () => unknown }>;
  /** The library's modules that the wrapper patches; none where it only listens. */
  readonly load?: () => Promise<readonly Loaded[]>;
  /** Objects that a patch changes: after its undo their properties are what they were. */
  readonly touches: (modules: readonly Loaded[]) => readonly object[];
  readonly uses: readonly Use<World>[];
  readonly app: App<World>;
}

/** One use of the library, as a host would write it. Told apart by what it sees. */
export interface Use<World> {
  readonly name: string;
  readonly run: (see: See, world: World) => Promise<unknown>;
  /** What each action it takes says at least, in the order in which they begin. */
  readonly actions: readonly Attributes[];
  /** Values in arguments, results, headers, errors: none may leave. */
  readonly secrets?: readonly string[];
}

/** A program of its own that uses the library, as an ES module and as CommonJS. */
interface App<World> {
  /** Names in the program, and what is loaded under them: `{ pg: "pg" }`. */
  readonly modules: Readonly<Record<string, string>>;
  /** Statements; may await. Prints what it sees. */
  readonly body: (world: World) => string;
  /** Of each action: kind and operation. */
  readonly actions: readonly (readonly [kind: string, operation: string])[];
}

const folder = join(repositoryRoot, ".cache");

export function wrapperContract<World>(library: Library<World>): void {
  const { wrapper, uses } = library;
  let modules: readonly Loaded[] = [];
  let world: World;
  let stop: () => unknown;
  let undo: (() => void) | undefined;

  beforeAll(async () => {
    ({ world, stop } = await library.start());
    modules = (await library.load?.()) ?? [];
  });
  afterAll(async () => {
    await stop();
  });
  afterEach(() => {
    undo?.();
    undo = undefined;
    trace.disable();
  });

  /** What the host sees, and what leaves. */
  async function run(use: Use<World>): Promise<{ seen: readonly string[]; left: readonly LeavingSpan[] }> {
    let seen: readonly string[] = [];
    const left = await watchedRun(async () => {
      seen = await transcript((see) => use.run(see, world));
    });
    return { seen, left };
  }

  const bare = (use: Use<World>): Promise<readonly string[]> => transcript((see) => use.run(see, world));

  describe.each(uses)(`${wrapper.id}: $name`, (use) => {
    test("the host notices nothing, and each effect is one action", async () => {
      const without = await bare(use);
      undo = install(wrapper, modules);
      const { seen, left } = await run(use);
      expect(seen).toEqual(without);
      const actions = actionsOf(left);
      expect(actions.map(({ attributes }) => attributes)).toEqual(
        use.actions.map((expected) => expect.objectContaining(expected)),
      );
      expectBound(actions, left);
      expectNoValues(left, use.secrets ?? []);
    });

    test("undone, the library is what it was", async () => {
      const objects = library.touches(modules);
      const before = objects.map(properties);
      const without = await bare(use);
      install(wrapper, modules)();
      expect(objects.map(properties)).toEqual(before);
      const { seen, left } = await run(use);
      expect(seen).toEqual(without);
      expect(actionsOf(left)).toEqual([]);
    });

    test("patched twice, and by two copies of us, it is one action all the same", async () => {
      const copy = await otherCopy(wrapper.id);
      const undos = [install(wrapper, modules), install(wrapper, modules), install(copy, modules)];
      undo = () => undos.toReversed().forEach((one) => one());
      expect(actionsOf((await run(use)).left)).toHaveLength(use.actions.length);
    });

    test.each(Object.entries(broken))("a broken %s is not the host's", async (_, breaks) => {
      const without = await bare(use);
      undo = install(wrapper, modules);
      let seen: readonly string[] = [];
      await breaks(async () => {
        seen = await transcript((see) => use.run(see, world));
      });
      expect(seen).toEqual(without);
    });

    test("frozen exports work on", async () => {
      const without = await bare(use);
      const frozen = modules.map((one) => ({ ...one, exports: Object.freeze({ ...one.exports }) }));
      undo = install(wrapper, frozen);
      expect((await run(use)).seen).toEqual(without);
    });
  });

  test.each(["mjs", "cjs"] as const)(
    `${wrapper.id}: seen through --import in a program (%s)`,
    async (kind) => {
      const { body, modules: names, actions } = library.app;
      mkdirSync(folder, { recursive: true });
      const own = mkdtempSync(join(folder, "wrapped-"));
      try {
        const file = join(own, `app.${kind}`);
        writeFileSync(file, programOf(kind, names, body(world)));
        const without = await program([file]);
        const within = await program(["--import", pathToFileURL(register).href, file]);
        expect({ out: within.out, code: within.code }).toEqual({ out: without.out, code: 0 });
        const told = within.err.split("\n").filter((line) => /^\d{4}-\d\d-\d\dT/u.test(line));
        // They are told as they end, which is a race where several are under way.
        const words = told.map((line) => line.split("  ").slice(2, 4).join(" "));
        expect(words.toSorted()).toEqual(actions.map((action) => action.join(" ")).toSorted());
      } finally {
        rmSync(own, { recursive: true, force: true });
      }
    },
  );
}

/** By whom, in which run, and within what: each action, or the one it is within, has the run's action as parent. */
function expectBound(actions: readonly LeavingSpan[], left: readonly LeavingSpan[]): void {
  const parent = left.find(({ attributes }) => attributes["nhi.action.kind"] === "agent_run")?.spanContext();
  const ids = new Set([parent, ...actions.map((one) => one.spanContext())].map((one) => one?.spanId));
  for (const one of actions) {
    expect(one.spanContext().traceId).toBe(parent?.traceId);
    expect(ids).toContain(one.parentSpanContext?.spanId);
    expect(one.attributes).toMatchObject({
      "nhi.identity.id": actor.id,
      "nhi.identity.kind": actor.kind,
      "nhi.session.id": session,
      "nhi.chain": ["user:ana", actor.id],
    });
  }
}

function expectNoValues(left: readonly LeavingSpan[], secrets: readonly string[]): void {
  const all = JSON.stringify(left.map((span) => ({ ...span, context: span.spanContext() })));
  expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
}

function properties(object: object): readonly (readonly [PropertyKey, PropertyDescriptor | undefined])[] {
  return Reflect.ownKeys(object).map((key) => [key, Object.getOwnPropertyDescriptor(object, key)]);
}

const fails = (): never => {
  throw new Error("broken on purpose");
};
const hostile: object = new Proxy(fails, { get: () => fails });

/** What can break of ours, and of the host's OpenTelemetry. */
const broken: Readonly<Record<string, (work: () => Promise<void>) => Promise<unknown>>> = {
  tracer: (work) => {
    trace.setGlobalTracerProvider({ getTracer: fails });
    return watchedRun(work);
  },
  span: (work) => {
    trace.setGlobalTracerProvider({
      getTracer: () => ({ startSpan: () => hostile, startActiveSpan: fails }),
    } as unknown as TracerProvider);
    return watchedRun(work);
  },
  sink: (work) => watchedRun(work, { send: () => Promise.reject(new Error("broken on purpose")) }),
  "sink that never answers": (work) => watchedRun(work, { send: () => new Promise(() => undefined) }),
};

let copies: Promise<readonly Wrapper[]> | undefined;

/** The same wrapper out of another copy of the package, as two versions in one process are. */
async function otherCopy(id: string): Promise<Wrapper> {
  copies ??= (async () => {
    const copy = join(folder, `copy-${process.pid}`);
    for (const name of ["instrumentation", "policy", "schemas"])
      cpSync(join(repositoryRoot, "dist", name), join(copy, name), { recursive: true });
    const loaded = (await import(join(copy, "instrumentation/wrappers/index.js"))) as { wrappers: Wrapper[] };
    rmSync(copy, { recursive: true, force: true });
    return loaded.wrappers;
  })();
  const found = (await copies).find((one) => one.id === id);
  if (found === undefined) throw new Error(`wrappers/index.ts has no ${id}`);
  return found;
}

const register = join(repositoryRoot, "dist/instrumentation/register.js");

function programOf(kind: "mjs" | "cjs", modules: Readonly<Record<string, string>>, body: string): string {
  const names = Object.entries(modules);
  if (kind === "mjs")
    return [...names.map(([name, from]) => `import * as ${name} from "${from}";`), body].join("\n");
  const loads = names.map(([name, from]) => `const ${name} = require("${from}");`).join("\n");
  return `${loads}\n(async () => {\n${body}\n})();`;
}

async function program(args: readonly string[]): Promise<{ out: string; err: string; code: number | null }> {
  const env = { PATH: process.env["PATH"], ANSWERABLE_EXPORTER: "console" };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const texts = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (texts.err += text));
  const code = await new Promise<number | null>((resolve) => void child.on("close", resolve));
  return { ...texts, code };
}
