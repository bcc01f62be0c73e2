import { runInNewContext } from "node:vm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import {
  type Answerable,
  credential,
  delegate,
  exec,
  record,
  resourceAccess,
  start,
  tool,
} from "../../instrumentation/index.ts";
import { scriptedSink } from "../support/own-spans.ts";

const sink = scriptedSink();
let answerable: Answerable;
beforeAll(() => {
  answerable = start({ exporter: sink });
});
afterEach(async () => {
  await answerable.flush();
  sink.taken.length = 0;
});
afterAll(() => answerable.stop());

const action = { kind: "tool_call", name: "t" } as const;
const hostile = new Proxy(
  {},
  {
    get: () => {
      throw new Error("hostile");
    },
    getPrototypeOf: () => {
      throw new Error("hostile");
    },
    ownKeys: () => {
      throw new Error("hostile");
    },
  },
);

describe("what the host's work gives", () => {
  test.each<{ name: string; value: unknown }>([
    { name: "a frozen object", value: Object.freeze({ a: 1 }) },
    { name: "a hostile proxy", value: hostile },
    { name: "an object that was revoked", value: revoked() },
    {
      name: "a stream of values",
      value: (function* all() {
        yield 1;
      })(),
    },
    { name: "a function", value: () => 1 },
    {
      name: "a thenable, which is not begun",
      value: {
        // oxlint-disable-next-line unicorn/no-thenable -- A query builder is one.
        then: () => {
          throw new Error("begun");
        },
      },
    },
    { name: "an object of another realm", value: runInNewContext("({ a: 1 })") },
  ])("$name is handed on itself", ({ value }) => {
    expect(
      Object.is(
        record(action, () => value),
        value,
      ),
    ).toBe(true);
  });

  test("a promise of a class of its own, or with properties, is handed on itself", async () => {
    class Query extends Promise<number> {
      cancel(): string {
        return "cancelled";
      }
    }
    const query = Query.resolve(7) as Query;
    const same = record(action, () => query);
    expect(same).toBe(query);
    expect([same.cancel(), await same]).toEqual(["cancelled", 7]);
    const child = Object.assign(Promise.resolve(7), { pid: 4711 });
    expect(record(action, () => child)).toBe(child);
    await answerable.flush();
    expect(sink.taken).toHaveLength(2);
  });

  test("a promise whose class is hostile is handed on itself", async () => {
    class Odd extends Promise<number> {
      static override get [Symbol.species](): never {
        throw new Error("species");
      }
    }
    const odd = Odd.resolve(7);
    expect(record(action, () => odd)).toBe(odd);
    await answerable.flush();
    expect(sink.taken).toHaveLength(1);
  });

  test("a promise of another realm settles alike", async () => {
    const other = runInNewContext("Promise.resolve(7)") as Promise<number>;
    expect(await record(action, () => other)).toBe(7);
    const failing = runInNewContext("Promise.reject(new TypeError('x'))") as Promise<number>;
    await expect(record(action, () => failing)).rejects.toMatchObject({ name: "TypeError" });
    await answerable.flush();
    expect(sink.taken.map(({ attributes }) => attributes["error.type"])).toEqual([undefined, "TypeError"]);
  });

  test.each<{ name: string; thrown: unknown }>([
    { name: "a hostile proxy", thrown: hostile },
    { name: "nothing", thrown: undefined },
    {
      name: "an error whose name throws",
      thrown: Object.defineProperty(new Error("x"), "name", {
        get: () => {
          throw new Error("hostile");
        },
      }),
    },
  ])("$name that is thrown is thrown on itself, and the action ends", async ({ thrown }) => {
    let caught: unknown = "nothing was thrown";
    try {
      record(action, () => {
        throw thrown;
      });
    } catch (error) {
      caught = error;
    }
    expect(Object.is(caught, thrown)).toBe(true);
    await answerable.flush();
    expect(sink.taken[0]).toMatchObject({ status: { code: 2 }, attributes: { "error.type": "_OTHER" } });
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe("what a host gives us", () => {
  const doors: Record<string, (given: never, work: () => number) => number> = {
    record: (given, work) => record(given, work),
    resourceAccess: (given, work) => resourceAccess("r", given, work),
    exec: (given, work) => exec(given, work),
    delegate: (given, work) => delegate(given, work),
    issued: (given, work) => credential.issued("i", given, work),
    used: (given, work) => credential.used(given, work),
    revoked: (given, work) => credential.revoked("r", given, work),
    tool: (given, work) => tool("t", work, { resource: given })(),
  };
  const odd: unknown[] = [undefined, null, 7, Symbol("s"), hostile, revoked(), {}, [], () => hostile];

  test.each(Object.keys(doors))("%s runs the work once, whatever else it is given", (name) => {
    for (const given of odd) {
      let runs = 0;
      expect(doors[name]?.(given as never, () => (runs += 1))).toBe(1);
      expect(runs).toBe(1);
    }
  });

  test("a tool is called as the function would be, and is it in all else", () => {
    class Box {
      #secret = 7;
      static made = 0;
      read(this: Box, more: number): number {
        return this.#secret + more;
      }
    }
    // oxlint-disable-next-line typescript/unbound-method -- It is called with its `this` below.
    const read = tool("read", Box.prototype.read);
    expect(read.call(new Box(), 1)).toBe(8);
    expect([read.name, read.length]).toEqual(["read", 1]);
    const Made = tool("new", function made(this: { a: number }) {
      this.a = 1;
    } as never) as unknown as new () => { a: number };
    expect(new Made()).toEqual({ a: 1 });
    const frozen = Object.freeze(Object.assign(() => 1, { extra: 2 }));
    expect([tool("f", frozen)(), tool("f", frozen).extra]).toEqual([1, 2]);
    expect(tool("none", undefined as never)).toBeUndefined();
  });
});
