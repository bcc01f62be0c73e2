/* oxlint-disable jest/expect-expect -- Most is proven by the compiler. */
/**
 * Goal: what hosts see has types that say something, and what we wrap keeps its own.
 * Method: the compiled declarations are read for `any`; the rest is proven by the compiler, when this file compiles at all.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { record, resourceAccess, runAs, tool } from "../../instrumentation/index.ts";
import { sdkFolder } from "../support/harm/child.ts";

/** True for types that are the same, not just for those that fit. */
type Same<A, B> = [A, B] extends [B, A] ? true : false;
const same = <A, B>(yes: Same<A, B>): void => expect(yes).toBe(true);

test("no declaration of ours says any", () => {
  const files = readdirSync(sdkFolder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".d.ts"),
  );
  expect(files.length).toBeGreaterThan(30);
  const found = files.flatMap((file) => {
    const code = readFileSync(join(sdkFolder, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\//gu, "");
    return /\bany\b/u.test(code) ? [file] : [];
  });
  expect(found).toEqual([]);
});

describe("a tool has the type of its function", () => {
  test("with overloads", () => {
    function find(id: number): Promise<string>;
    function find(name: string, limit?: number): Promise<string[]>;
    function find(_given: number | string): Promise<string | string[]> {
      return Promise.resolve([]);
    }
    const wrapped = tool("find", find);
    same<typeof wrapped, typeof find>(true);
    const one: Promise<string> = wrapped(1);
    const many: Promise<string[]> = wrapped("a", 2);
    // @ts-expect-error there is no such form
    void wrapped(true);
    void Promise.all([one, many]);
  });

  test("with type parameters, this, and properties", () => {
    const first = tool("first", <T extends { id: string }>(all: readonly T[]): T | undefined => all[0]);
    const got: { id: string; more: number } | undefined = first([{ id: "a", more: 1 }]);
    expect(got?.more).toBe(1);
    function read(this: { base: number }, more: number): number {
      return this.base + more;
    }
    const wrapped = tool("read", read);
    same<ThisParameterType<typeof wrapped>, { base: number }>(true);
    expect(wrapped.call({ base: 1 }, 2)).toBe(3);
    const extra = tool(
      "extra",
      Object.assign((a: number) => a, { version: 3 as const }),
    );
    same<(typeof extra)["version"], 3>(true);
  });

  test("and its options know its arguments", () => {
    tool("send", (to: string, copies: number) => `${to}${copies}`, {
      resource: (to, copies) => {
        same<typeof to, string>(true);
        same<typeof copies, number>(true);
        return { id: to, kind: "mailbox" };
      },
    })("a", 1);
  });
});

test("work's own type comes back", async () => {
  const action = { kind: "tool_call", name: "t" } as const;
  const plain = record(action, () => 1 as const);
  same<typeof plain, 1>(true);
  const later = runAs({ task: "t" }, async () => "x");
  same<typeof later, Promise<string>>(true);
  const nothing = resourceAccess("r", { id: "a", kind: "b" }, () => undefined);
  same<typeof nothing, undefined>(true);
  class Query extends Promise<number> {}
  const query = record(action, () => Query.resolve(1) as Query);
  same<typeof query, Query>(true);
  await Promise.all([later, query]);
  // @ts-expect-error there is no such kind of action
  record({ kind: "anything", name: "t" }, () => 1);
});
