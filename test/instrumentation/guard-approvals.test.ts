/**
 * Goal: what waits for a person runs once for each approval, exactly as it was approved, or not at all.
 * Method: the SDK against a double whose approvals are answered by the test; counted is with what the work ran.
 */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { ActionDenied, guard, runAs, tool } from "../../instrumentation/index.ts";
import { argumentDigests } from "../../instrumentation/guard/arguments.ts";
import { type Guarded, guarded } from "../support/guarded.ts";
import { type PolicyDouble, policyDouble } from "../support/policy-double.ts";
import { until } from "../support/poll.ts";

let service: PolicyDouble;
let sdk: Guarded;
let ran: unknown[] = [];
const pay = (order: { to: string; sum: number }): number => ran.push({ ...order });
const payNow = tool("pay", pay, { resource: { id: "bank/main", kind: "account" } });
const payLater = tool("pay", async (order: { to: string; sum: number }) => pay(order), {
  resource: { id: "bank/main", kind: "account" },
});

beforeEach(async () => {
  ran = [];
  service = await policyDouble();
  service.say({ kind: "guard_set", defaults: { ungranted: "ask", uncovered: "deny" } });
  sdk = await guarded(service.url);
});
afterEach(async () => {
  await sdk.stop();
  await service.stop();
});

const asked = (count: number): Promise<unknown> =>
  until(`${count} are asked for`, () => service.approvals.length === count);
const ana = { to: "ana", sum: 10 };

describe("a call that is awaited", () => {
  test("waits for its approval and runs, and its span names both", async () => {
    const paid = runAs({ task: "T-1", session: "s" }, () => payLater(ana));
    await asked(1);
    expect(service.approvals[0]).toMatchObject({
      identityId: "agent:test",
      operation: "pay",
      resources: ["bank/main"],
      arguments: ["to", "sum"],
      taskId: "T-1",
      sessionId: "s",
    });
    expect(JSON.stringify(service.approvals)).not.toContain("ana");
    expect(ran).toEqual([]);
    service.answer("ap-1", "approved");
    expect(await paid).toBe(1);
    expect(service.uses).toEqual(["ap-1"]);
    const [action] = await sdk.collected.actions();
    expect(action?.decision).toEqual({
      verdict: "ask",
      outcome: "allowed",
      reason: "no_grant",
      approval: "ap-1",
    });
    expect(action?.attributes["nhi.action.digest"]).toBe(service.approvals[0]?.digest);
  });

  test("is refused with the approval's name where a person says no, or nobody says anything", async () => {
    const paid = payLater(ana);
    await asked(1);
    service.answer("ap-1", "denied");
    await expect(paid).rejects.toMatchObject({
      name: "ActionDenied",
      reason: "approval_denied",
      approvalId: "ap-1",
    });
    await expect(payLater(ana)).rejects.toThrow(/ap-2 is asked for/u);
    service.ttlUs = 1;
    await expect(payLater({ to: "bob", sum: 1 })).rejects.toMatchObject({ reason: "approval_expired" });
    expect(ran).toEqual([]);
    expect(await sdk.decisions()).toMatchObject([
      { outcome: "blocked", reason: "approval_denied", approval: "ap-1" },
      { outcome: "asked", reason: "unapproved", approval: "ap-2" },
      { outcome: "blocked", reason: "approval_expired", approval: "ap-3" },
    ]);
  });

  test("two of the same need two approvals", async () => {
    const both = [payLater(ana), payLater(ana)];
    await asked(2);
    expect(new Set(service.approvals.map(({ digest }) => digest)).size).toBe(1);
    service.answer("ap-1", "approved");
    await until("one ran", () => ran.length === 1);
    service.answer("ap-2", "denied");
    const ended = await Promise.allSettled(both);
    expect(ended.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(ran).toHaveLength(1);
  });

  test("one that somebody else used lets nothing through", async () => {
    const paid = payLater(ana);
    await asked(1);
    const { digest } = service.approvals[0]!;
    service.fault = () => true;
    service.approvals[0]!.state = "used";
    service.say({ kind: "approval_answered", approvalId: "ap-1", answer: "approved", comment: "" });
    await expect(paid).rejects.toMatchObject({ reason: "approval_used" });
    expect(digest).toHaveLength(64);
    expect(ran).toEqual([]);
  });

  test("arguments that change while it waits are not what was approved", async () => {
    const order = { ...ana };
    const paid = payLater(order);
    await asked(1);
    order.sum = 1_000_000;
    service.answer("ap-1", "approved");
    await expect(paid).rejects.toMatchObject({ reason: "arguments_changed" });
    expect(ran).toEqual([]);
  });

  test("who was stopped meanwhile doesn't run what was approved", async () => {
    const paid = payLater(ana);
    await asked(1);
    service.say({
      kind: "standing_set",
      subject: { kind: "identity", id: "agent:test" },
      standing: "revoked",
      reason: "",
    });
    service.answer("ap-1", "approved");
    await expect(paid).rejects.toMatchObject({ reason: "standing_revoked" });
    expect(ran).toEqual([]);
  });

  test("where nobody can be asked, nothing runs", async () => {
    service.askStatus = 503;
    await expect(payLater(ana)).rejects.toMatchObject({ reason: "approval_failed" });
    const loop: Record<string, unknown> = {};
    loop["self"] = loop;
    await expect(payLater(loop as never)).rejects.toMatchObject({ reason: "approval_failed" });
    expect(ran).toEqual([]);
  });
});

describe("a call that can't wait", () => {
  test("is refused at once, and runs once when it comes again after its approval", async () => {
    expect(() => payNow(ana)).toThrow(/is asked for: try exactly this again/u);
    await asked(1);
    await until("the approval is named", () => {
      try {
        payNow(ana);
        return false;
      } catch (error) {
        return (error as ActionDenied).approvalId === "ap-1";
      }
    });
    service.answer("ap-1", "approved");
    await until("it is ours", () => service.uses.length === 1);
    expect(() => payNow({ ...ana, sum: 11 })).toThrow(ActionDenied);
    await until("it runs", () => {
      try {
        return payNow(ana) === 1;
      } catch {
        return false;
      }
    });
    expect(() => payNow(ana)).toThrow(ActionDenied);
    expect(ran).toEqual([ana]);
    await asked(3);
  });

  test("an approval that was given and not used before a restart is used after it", async () => {
    expect(() => payNow(ana)).toThrow(ActionDenied);
    await asked(1);
    await sdk.stop();
    const { digest } = service.approvals[0]!;
    service.approvals[0]!.state = "approved";
    service.say({
      kind: "approval_answered",
      approvalId: "ap-1",
      atUs: (Date.now() - 10_000) * 1000,
      answer: "approved",
      comment: "",
    });
    sdk = await guarded(service.url);
    expect(await payLater(ana)).toBe(1);
    expect(service.uses).toEqual(["ap-1"]);
    expect(digest).toBe(service.approvals[0]?.digest);
  });
});

describe("digests of arguments", () => {
  const key = Buffer.from("0123456789abcdef");
  const of = (value: unknown): string | undefined => argumentDigests({ value }, key)["value"];

  test("are alike for what is alike, in whatever order it was written", () => {
    expect(of({ a: 1, b: [1, "x"] })).toBe(of({ b: [1, "x"], a: 1 }));
    fc.assert(fc.property(fc.jsonValue(), (value) => of(value) === of(structuredClone(value))));
  });

  test("differ for what differs", () => {
    const values: readonly unknown[] = [
      1,
      "1",
      1n,
      true,
      "true",
      null,
      undefined,
      "null",
      [],
      {},
      [[]],
      [1, [2]],
      [[1], 2],
      [12],
      ["1", "2"],
      ["12"],
      { a: 1 },
      { b: 1 },
      { a: "1" },
      { a: [] },
      new Date(1),
      new Date(2),
      Buffer.from("a"),
      "a",
      -0,
      0,
      new Map([[1, 2]]),
      new Map([[2, 1]]),
      new Set([1]),
      new URL("http://a/"),
      "http://a/",
      { a: 1, b: undefined },
      "s1:x",
      ["s1:x"],
      { "1": 1 },
      [undefined],
      [null],
    ];
    expect(new Set(values.map(of)).size).toBe(values.length);
  });

  test("are of no use without the key, and refuse what has no end", () => {
    expect(of("x")).not.toBe(argumentDigests({ value: "x" }, Buffer.from("another key 16 b"))["value"]);
    const loop: unknown[] = [];
    loop.push(loop);
    for (const value of [loop, "x".repeat(5_000_000), Array.from({ length: 20_000 }, () => 1)])
      expect(() => of(value)).toThrow(RangeError);
  });
});

test("a question about what needs a person says so", () => {
  expect(guard({ kind: "tool_call", name: "pay" })).toMatchObject({ verdict: "ask", reason: "no_grant" });
});
