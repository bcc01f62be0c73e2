/**
 * Goal: nothing that a tool gives back or a model asks for throws into the host, runs its code, or takes unbounded work.
 * Method: a table of hostile values as outputs and as arguments; anything at all, generated; and what each must leave behind.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { LineageBook } from "../../../instrumentation/lineage/index.ts";

const needle = "marker-4711";

function cyclic(): unknown {
  const one: Record<string, unknown> = { needle };
  one["self"] = one;
  one["list"] = [one, { one }];
  return one;
}

function deep(): unknown {
  let value: unknown = "bottom";
  for (let level = 0; level < 100_000; level += 1) value = { value };
  return [needle, value];
}

function endless(): unknown {
  class Endless extends Set<number> {
    override *[Symbol.iterator](): SetIterator<number> {
      for (let at = 0; ; at += 1) yield at;
    }
  }
  return [needle, new Endless()];
}

/** Each holds the needle, beside something that breaks naive code. */
const hostile: Readonly<Record<string, () => unknown>> = {
  "a cycle": cyclic,
  "a hundred thousand levels": deep,
  "an endless set": endless,
  "a getter that throws": () =>
    Object.defineProperty({ needle }, "bad", {
      enumerable: true,
      get: () => {
        throw new Error("no");
      },
    }),
  "a proxy that throws": () => [
    needle,
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("no");
        },
      },
    ),
  ],
  "a revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return [needle, proxy];
  },
  "names of prototypes": () => JSON.parse(`{"__proto__":{"x":"${needle}"},"constructor":{"prototype":1}}`),
  "no prototype": () => Object.assign(Object.create(null), { needle }),
  "maps and sets": () => new Map([["k", new Set([[needle]])]]),
  bytes: () => ({ body: Buffer.from(`binary ${needle}`) }),
  "bytes that are no text": () => [needle, Buffer.from([0xff, 0xfe, 0x00, 0x80])],
  "functions and symbols": () => [
    needle,
    () => needle,
    Symbol("x"),
    undefined,
    null,
    true,
    Number.NaN,
    10n ** 30n,
  ],
  "dates that are none": () => [needle, new Date(Number.NaN), new Date(8.64e15)],
  "lone surrogates": () => `${needle} \ud800 \udc00\ud800 %ff %E0%A4%A &#1114112; &#0; \\ud800`,
  "a million escapes": () => `${needle} ${"%41".repeat(1_000_000)}`,
  "a long run of one kind": () => `${needle} ${"a".repeat(3_000_000)} ${"1,000".repeat(300_000)}`,
  "forty million characters": () => `${needle} ${"lorem ipsum ".repeat(3_400_000)}`,
};

test.each(Object.entries(hostile))("an output that is %s", (_, make) => {
  const session = new LineageBook().session("run");
  session.output("read", make());
  expect(session.originOf(needle)).toBe("tool:read");
});

test.each(Object.entries(hostile))("an argument that is %s", (_, make) => {
  const session = new LineageBook().session("run");
  session.output("read", `prose around ${needle} here`);
  const value = make();
  const { args } = session.assess("send", { value, needle });
  expect(args.map(({ name }) => name)).toEqual(["value", "needle"]);
  expect(args[1]?.origin).toBe("tool:read");
  expect(Array.isArray(session.assess("send", value).args)).toBe(true);
});

test("calls without types do not throw", () => {
  const session = new LineageBook().session("run");
  for (const odd of [undefined, null, 7, Symbol("x"), {}, []] as unknown[] as string[]) {
    session.prompt(odd);
    session.system(odd);
    session.output(odd, odd);
    expect(session.assess(odd, odd).asked).toBe(true);
  }
});

test("a cycle is walked once, not until the limit", () => {
  const book = new LineageBook();
  book.session("run").output("read", cyclic());
  expect(book.counts.walksCut).toBe(0);
});

test("no getter, toJSON or toString of the host runs", () => {
  let ran = 0;
  const spy = (): string => {
    ran += 1;
    return "x";
  };
  const value = { toJSON: spy, toString: spy, [Symbol.toPrimitive]: spy };
  Object.defineProperty(value, "got", { enumerable: true, get: spy });
  const session = new LineageBook().session("run");
  session.output("read", value);
  session.assess("send", value);
  session.originOf(value);
  expect(ran).toBe(0);
});

test("anything at all goes in, nothing of it comes out", () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), fc.string(), (output, args, name) => {
      const session = new LineageBook().session(name);
      session.prompt(name);
      session.output(name, output);
      const { copiedShare, promptedShare, args: told } = session.assess(name, args);
      for (const share of [copiedShare, promptedShare]) expect(share >= 0 && share <= 1).toBe(true);
      for (const { origin } of told) expect(["prompt", "system", "none", `tool:${name}`]).toContain(origin);
    }),
  );
});
