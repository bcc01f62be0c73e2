/**
 * Goal: an approval is good for one action, once, given by somebody else; whoever runs something else under it is found.
 * Method: the service's own approvals over a log in memory, used by two services at once as well; and the engine, told of actions that
 * claim approvals. Each try stands beside the same without its trick.
 */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { ApprovalNow } from "../../detector/serve/approval-state.ts";
import { approvals, whyNotAnswer, whyNotReader } from "../../detector/serve/approvals.ts";
import { openPolicyFeed, type PolicyFeed } from "../../detector/serve/policy-feed.ts";
import { systemClock } from "../../detector/clock.ts";
import type { Client } from "../../detector/ingest/ports.ts";
import type { ApprovalAnswer, ApprovalRequest, ControlRecord } from "../../schemas/index.ts";
import type { AttributedAction } from "../support/actions.ts";
import { builtAtUs } from "../support/build.ts";
import { foundOf } from "../support/found.ts";
import { type MemoryLog, memoryLog } from "../support/policy-log.ts";

const digest = "a".repeat(64);
const asking: ApprovalRequest = {
  id: "ap-1",
  digest,
  identityId: "agent:triage",
  operation: "tickets.open",
  resources: [],
  arguments: [],
  taskId: "",
  sessionId: "",
  chainId: "",
  grantId: "",
  policyId: "",
  policyVersion: "",
  expiresAtUs: Number.MAX_SAFE_INTEGER,
};

describe("a service", () => {
  let log: MemoryLog;
  const feeds: PolicyFeed[] = [];
  beforeEach(() => {
    log = memoryLog();
  });
  afterEach(() => {
    for (const feed of feeds.splice(0)) feed.stop();
  });

  /** One more service over the same log. */
  async function service() {
    const feed = await openPolicyFeed({
      control: log,
      standings: memoryLog(),
      clock: systemClock,
      log: () => undefined,
    });
    feeds.push(feed);
    const book = approvals(feed, systemClock);
    const found = async (): Promise<ApprovalNow> => (await book.of("default", "ap-1"))!;
    return {
      found,
      answer: async (answer: ApprovalAnswer, author = "user:bo") =>
        (await book.answer(await found(), { tenant: "default", author, answer, comment: "" })).status,
      use: async (of = digest) =>
        (await book.use(await found(), { tenant: "default", author: "sdk", digest: of })).status,
    };
  }
  const ask = (parts: Partial<ApprovalRequest> = {}): Promise<void> => {
    const common = { tenant: "default", author: "sdk", atUs: Date.now() * 1000 };
    return log.append([{ kind: "approval_asked", ...common, approval: { ...asking, ...parts } }]);
  };

  test("replayed: the same approval a second time", async () => {
    await ask();
    const { answer, use } = await service();
    expect(await answer("approved")).toBe(200);
    expect([await use(), await use()]).toEqual([200, 409]);
  });

  test("used by two processes at once, through two services", async () => {
    await ask();
    const [one, other] = [await service(), await service()];
    await one.answer("approved");
    const used = await Promise.all([one.use(), other.use()]);
    expect(used.toSorted((a, b) => a - b)).toEqual([200, 409]);
  });

  test("reused: another digest under the same id", async () => {
    await ask();
    const { answer, use } = await service();
    await answer("approved");
    expect([await use("b".repeat(64)), await use()]).toEqual([409, 200]);
  });

  test("used before anybody answered, denied, or denied and then approved", async () => {
    await ask();
    const { answer, use } = await service();
    expect(await use()).toBe(409);
    expect([await answer("denied"), await answer("approved"), await use()]).toEqual([200, 409, 409]);
  });

  test("answered, and used, when its time is over", async () => {
    await ask({ expiresAtUs: Date.now() * 1000 - 1 });
    const { answer, use } = await service();
    expect([await answer("approved"), await use()]).toEqual([409, 409]);
  });

  test("answered by whoever asks: the identity, its process, whoever speaks for it, or a link in its name", async () => {
    await ask();
    const approval = await (await service()).found();
    const client: Client = {
      name: "bo",
      tenant: "default",
      identities: [],
      may: ["decide"],
      authenticated: true,
    };
    expect(whyNotAnswer(approval, client)).toBeUndefined();
    for (const identities of [["agent:triage"], ["agent:*"], ["*"]])
      expect(whyNotAnswer(approval, { ...client, identities })).toMatch(/may not give it to itself/u);
    expect(whyNotReader(approval, "user:bo")).toBeUndefined();
    for (const name of ["agent:triage", "sdk"]) expect(whyNotReader(approval, name)).toMatch(/may not/u);
  });
});

describe("detection", () => {
  const common = { tenant: "default", author: "user:ana", atUs: builtAtUs - 60_000_000 };
  const asked = (parts: Partial<ApprovalRequest> = {}): ControlRecord => ({
    kind: "approval_asked",
    ...common,
    approval: { ...asking, ...parts },
  });
  const answered = (answer: ApprovalAnswer = "approved", author = "user:bo"): ControlRecord => ({
    kind: "approval_answered",
    ...common,
    author,
    approvalId: "ap-1",
    answer,
    comment: "",
  });
  const claim: Partial<AttributedAction> = {
    operation: "tickets.open",
    claimedApprovalId: "ap-1",
    attributes: { "nhi.action.digest": digest },
  };
  const drifts = (
    log: readonly ControlRecord[],
    ...actions: readonly Partial<AttributedAction>[]
  ): readonly string[] => foundOf(log, actions).filter((one) => one.startsWith("approval-drift/"));

  test("says nothing of what was approved", () => {
    expect(drifts([asked(), answered()], claim)).toEqual([]);
  });

  const tries: readonly (readonly [
    string,
    string,
    readonly ControlRecord[],
    readonly Partial<AttributedAction>[],
  ])[] = [
    [
      "an id of an approval that only the span claims",
      "unknown",
      [asked(), answered()],
      [{ ...claim, claimedApprovalId: "ap-2" }],
    ],
    [
      "an action other than the one approved, under its id",
      "changed",
      [asked(), answered()],
      [{ ...claim, operation: "tickets.delete" }],
    ],
    [
      "other arguments than those approved",
      "changed",
      [asked(), answered()],
      [{ ...claim, attributes: { "nhi.action.digest": "b".repeat(64) } }],
    ],
    [
      "a replayed approval",
      "replayed",
      [asked(), answered()],
      [claim, { ...claim, startedAtUs: builtAtUs + 5_000_000 }],
    ],
    ["somebody else's approval", "borrowed", [asked({ identityId: "agent:other" }), answered()], [claim]],
    ["what a person denied", "denied", [asked(), answered("denied"), answered()], [claim]],
    ["what nobody answered", "unanswered", [asked()], [claim]],
    ["what it approved itself", "self_approved", [asked(), answered("approved", "agent:triage")], [claim]],
    ["what had expired", "expired", [asked({ expiresAtUs: builtAtUs - 400_000_000 }), answered()], [claim]],
  ];
  test.each(tries)("finds %s", (_, name, log, actions) => {
    expect(drifts(log, ...actions)).toContain(`approval-drift/${name}`);
  });
});
