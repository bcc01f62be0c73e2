import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { extract, inject, record, runAs, type Scope, start } from "../../instrumentation/index.ts";
import { running } from "../../instrumentation/scope/scope.ts";
import { openScope, sealScope } from "../../instrumentation/scope/sealed-scope.ts";
import { stampOf } from "../../instrumentation/scope/stamp.ts";
import { scriptedSink } from "../support/own-spans.ts";

const key = "0123456789abcdef-chain";
let answerable: ReturnType<typeof start>;
beforeAll(() => {
  answerable = start({ exporter: scriptedSink(), chainKey: key });
});
afterAll(() => answerable.stop());

const told: Scope = { chain: ["user:ana", "agent:a"], task: "TCK-1", grant: "g1", session: "s1" };
const scope: Scope = { ...told, chainId: "c".repeat(32) };
const action = { kind: "tool_call", name: "t" } as const;

/** What another process would be sent. */
function sent(given: Scope = told): Record<string, string> {
  const carried = { scope: { chainId: "c".repeat(32) } };
  return runAs({ ...given, carried }, () => record(action, () => inject<Record<string, string>>({})));
}

describe("over a border of processes", () => {
  test("what is carried arrives, and is proven where it was sealed", () => {
    const headers = sent();
    const { scope: got, parent } = extract(headers);
    expect(got).toEqual({ ...scope, chainVerified: true });
    expect(headers["traceparent"]).toContain(`${parent?.traceId}-${parent?.spanId}`);
  });

  test("fetch's own Headers are written and read alike", () => {
    const headers = runAs({ ...told, carried: { scope } }, () =>
      record(action, () => inject(new Headers({ accept: "x" }))),
    );
    expect(headers.get("accept")).toBe("x");
    expect(extract(headers).scope).toEqual({ ...scope, chainVerified: true });
  });

  test("environment variables are read alike", () => {
    const upper = Object.fromEntries(
      Object.entries(sent()).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect(extract(upper).scope.chainVerified).toBe(true);
  });

  test.each<{ name: string; change: (headers: Record<string, string>) => Record<string, string> }>([
    {
      name: "of another trace",
      change: (headers) => ({ ...headers, traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` }),
    },
    { name: "without its trace", change: ({ baggage = "" }) => ({ baggage }) },
    {
      name: "tampered with",
      change: (headers) => ({
        ...headers,
        baggage: headers["baggage"]!.replace(
          /nhi\.sealed=([^.]*)\.(.)/u,
          (_, head: string, first: string) => `nhi.sealed=${head}.${first === "e" ? "f" : "e"}`,
        ),
      }),
    },
    {
      name: "without a signature",
      change: (headers) => ({
        ...headers,
        baggage: headers["baggage"]!.replace(/(nhi\.sealed=[^.]*\.[^.]*)\.[^,]*/u, "$1."),
      }),
    },
  ])("a seal $name proves nothing, and what is claimed is a claim", ({ change }) => {
    expect(extract(change(sent())).scope).toEqual({ ...scope, chainVerified: false });
  });

  test("a seal is too old after five minutes, and none is from the future", () => {
    const bytes = Buffer.from(key);
    const sealed = sealScope(scope, "t", bytes, 1_000_000);
    expect(openScope(sealed, "t", bytes, 1_000_000)).toEqual(told);
    expect(openScope(sealed, "t", bytes, 1_000_000 + 300_001)).toBeUndefined();
    expect(openScope(sealed, "t", bytes, 1_000_000 - 61_001)).toBeUndefined();
    expect(openScope(sealed, "t", Buffer.from("another key of 16"), 1_000_000)).toBeUndefined();
    // A seal of another algorithm, though signed with the key, is not looked at.
    const [, body, signature] = sealed.split(".");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    expect(openScope(`${none}.${body}.${signature}`, "t", bytes, 1_000_000)).toBeUndefined();
  });

  test("of a long path the root arrives, and the latest hops", () => {
    const chain = Array.from({ length: 30 }, (_, nth) => `hop:${nth}`);
    const got = extract(sent({ chain })).scope;
    expect(got.chain).toEqual(["hop:0", ...chain.slice(-7)]);
    expect(got.chainVerified).toBe(true);
    expect(stampOf({ chain })["nhi.chain.depth"]).toBe(30);
  });

  test("a new chain or identity is not proven by what was said of the one before", () => {
    runAs({ carried: extract(sent()) }, () => {
      expect(running().stamp["nhi.chain.verified"]).toBe(true);
      runAs({ chain: ["user:eve"] }, () => expect(running().stamp["nhi.chain.verified"]).toBeUndefined());
      runAs({ identity: { id: "agent:b", kind: "ai_agent" } }, () =>
        expect(running().stamp).toMatchObject({ "nhi.chain": ["user:ana", "agent:a", "agent:b"] }),
      );
    });
  });

  test("the host's own baggage stays, however long ours would be", () => {
    const theirs = `userId=alice,big=${"x".repeat(8150)}`;
    const headers = { baggage: theirs };
    expect(extract(headers).scope).toEqual({});
    const written = sent({ ...scope, task: "x".repeat(400), session: "\u{1F600}".repeat(200) });
    expect(Buffer.byteLength(written["baggage"]!)).toBeLessThanOrEqual(4096);
  });

  test("half a character, and ids that are numbers, cost nothing else", () => {
    const odd = { ...scope, session: "s\uD800", task: 4711 as unknown as string };
    const got = extract(sent(odd)).scope;
    expect(got).toMatchObject({ chain: scope.chain, grant: "g1" });
    runAs(odd, () => expect(running().stamp["nhi.task.id"]).toBe("4711"));
  });

  test("whatever is sent, reading it throws nothing and takes nothing that is too long", () => {
    const header = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.string({
        unit: fc.constantFrom(
          "nhi.",
          "chain",
          "task",
          "sealed",
          "chain.id",
          "%0d%0a",
          "=",
          ">",
          ",",
          ";",
          "%",
          "a",
          "%C3",
          "\0",
        ),
      }),
      fc.constant(`nhi.task=${"x".repeat(9000)}`),
      fc.constant(`nhi.task=${"x".repeat(600)},nhi.chain=${"a>".repeat(20)}`),
    );
    const value = fc.oneof(
      header,
      fc.array(header),
      fc.constant(undefined),
      fc.constant(7),
      fc.constant(null),
    );
    fc.assert(
      fc.property(value, value, (traceparent, baggage) => {
        const carrier = { traceparent, baggage } as Parameters<typeof extract>[0];
        const { scope: got } = extract(carrier);
        for (const id of [got.task, got.grant, got.session, ...(got.chain ?? [])])
          expect((id ?? "").length).toBeLessThanOrEqual(512);
        expect((got.chain ?? []).length).toBeLessThanOrEqual(8);
        expect(got.chainVerified).not.toBe(true);
        // What is handed on is a header that can be sent, whatever it was made of.
        const next = runAs({ carried: extract(carrier) }, () => inject<Record<string, string>>({}));
        expect(() => new Headers(next)).not.toThrow();
        expect(next["baggage"] ?? "").toMatch(/^[\x21-\x7E]*$/u);
      }),
      { numRuns: 500 },
    );
    for (const hostile of [
      null,
      undefined,
      7,
      new Proxy(
        {},
        {
          get: () => {
            throw new Error("get");
          },
        },
      ),
    ])
      expect(extract(hostile as Headers)).toEqual({ scope: {} });
  });

  test("names of objects' own insides are names like any other", () => {
    extract({ baggage: "__proto__=x,constructor=y,nhi.task=__proto__" });
    expect({}).not.toHaveProperty("x");
    expect(() => inject(Object.freeze({}))).not.toThrow();
  });
});

describe("runAs", () => {
  test("binds all that is awaited inside, and nothing beside it", async () => {
    const tasks = await Promise.all(
      ["a", "b"].map((task) =>
        runAs({ task }, async () => {
          await Promise.resolve();
          return runAs({ session: "s" }, async () => {
            await new Promise(setImmediate);
            return running().stamp;
          });
        }),
      ),
    );
    expect(tasks).toMatchObject([
      { "nhi.task.id": "a", "nhi.session.id": "s" },
      { "nhi.task.id": "b", "nhi.session.id": "s" },
    ]);
  });

  test("runs the work whatever it is given, once, and errors pass through", () => {
    for (const hostile of [
      null,
      undefined,
      7,
      { chain: 7 },
      {
        identity: new Proxy(
          {},
          {
            get: () => {
              throw new Error("get");
            },
          },
        ),
      },
    ]) {
      let runs = 0;
      expect(runAs(hostile as unknown as Scope, () => ++runs)).toBe(1);
      expect(runs).toBe(1);
    }
    const error = new Error("of the host");
    expect(() =>
      runAs({ task: "t" }, () => {
        throw error;
      }),
    ).toThrow(error);
  });
});
