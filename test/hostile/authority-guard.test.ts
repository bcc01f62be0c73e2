/**
 * Goal: whoever goes around the guard is found, and nothing that is done to what the guard is told makes it allow what was taken away.
 * Method: spans of other libraries through the shipped table and the engine; the SDK against a service that is cut, muted, and that
 * tells again what it told before. Each try stands beside the same without its trick.
 */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ActionDenied, guard, record } from "../../instrumentation/index.ts";
import { PolicySnapshot } from "../../instrumentation/guard/snapshot.ts";
import { decide } from "../../policy/decide.ts";
import type { ControlRecord } from "../../schemas/index.ts";
import type { AttributedAction } from "../support/actions.ts";
import { attributed } from "../support/attributed.ts";
import { baseFacts } from "../support/authority-base.ts";
import { builtAtUs, grantWith, spanWith } from "../support/build.ts";
import { foundOf } from "../support/found.ts";
import { type Guarded, guarded } from "../support/guarded.ts";
import { type PolicyDouble, policyDouble } from "../support/policy-double.ts";
import { until } from "../support/poll.ts";

const common = { tenant: "default", author: "user:ana", atUs: 1 };
const given = (operations: readonly string[], grantee = "agent:triage"): ControlRecord => ({
  kind: "grant_given",
  ...common,
  grant: grantWith({ grantee, operations: [...operations] }),
});
const stopped = (standing: "revoked" | "active", atUs: number): ControlRecord => ({
  kind: "standing_set",
  ...common,
  atUs,
  subject: { kind: "identity", id: "agent:triage" },
  standing,
  reason: "",
  isDryRun: false,
});

/** What is known of a span that no guard of ours has seen. */
function seen(span: Parameters<typeof spanWith>[0]): Partial<AttributedAction> {
  const read = attributed(spanWith({ startedAtUs: builtAtUs, ...span }));
  if (read.kind !== "action") throw new Error(`the span is ${read.kind}`);
  return read.action;
}
const read = {
  "db.system.name": "postgresql",
  "db.operation.name": "SELECT",
  "server.address": "db1",
  "db.namespace": "crm",
  "db.collection.name": "customers",
};
const resource = { "nhi.identity.id": "agent:triage" };
const request = {
  "http.request.method": "DELETE",
  "url.full": "https://crm.example/customers/7",
  "server.address": "crm.example",
};

describe("around the guard", () => {
  const ways: readonly (readonly [string, Parameters<typeof spanWith>[0], string])[] = [
    [
      "the client before it is wrapped, as its own instrumentation tells",
      { scopeName: "@opentelemetry/instrumentation-pg", attributes: read, resource },
      "db.select",
    ],
    [
      "a copy of the library that nobody wraps, as the database's proxy tells",
      {
        kind: "server",
        scopeName: "pgproxy",
        attributes: { ...read, "nhi.action.kind": "resource_access", "nhi.action.name": "db.select" },
        resource,
      },
      "db.select",
    ],
    [
      "a program in a process of its own, as its requests tell",
      { scopeName: "curl", attributes: request, resource },
      "http.delete",
    ],
    [
      "the SDK switched off by a variable: no span says that anybody decided",
      { scopeName: "undici", attributes: request, resource },
      "http.delete",
    ],
  ];
  test.each(ways)("%s", (_, span, operation) => {
    const action = seen(span);
    expect(action).toMatchObject({ identityId: "agent:triage", operation, decision: null });
    expect(foundOf([given([operation])], [action])).not.toContain("outside-grant/outside_scope");
    expect(foundOf([given(["tickets.*"])], [action])).toContain("outside-grant/outside_scope");
  });

  test("while stopped, which other libraries' spans show as well", () => {
    const action = seen({ attributes: request, resource });
    const all = given(["*"]);
    expect(foundOf([all], [action]).filter((one) => one.startsWith("standing-violated"))).toEqual([]);
    expect(foundOf([all, stopped("revoked", builtAtUs - 1)], [action])).toContain(
      "standing-violated/revoked",
    );
  });

  test("between a revocation and its news", () => {
    const taken: ControlRecord = {
      kind: "grant_revoked",
      ...common,
      atUs: builtAtUs - 1,
      grantId: "grant-1",
    };
    const action = {
      operation: "tickets.open",
      decision: { verdict: "allow", outcome: "allowed", reason: "granted" } as const,
    };
    expect(foundOf([given(["*"])], [action])).not.toContain("outside-grant/revoked");
    expect(foundOf([given(["*"]), taken], [action])).toContain("outside-grant/revoked");
  });

  test("by a decision that the agent writes itself: it is judged all the same", () => {
    const own = {
      "nhi.decision.verdict": "allow",
      "nhi.decision.outcome": "allowed",
      "nhi.decision.reason": "granted",
    };
    const action = seen({ attributes: { ...request, ...own }, resource });
    expect(foundOf([given(["tickets.*"])], [action])).toContain("outside-grant/outside_scope");
  });

  test("under an identity that it claims beside its token", () => {
    const action = { operation: "tickets.open", attributes: { "nhi.bound.contradicted": "agent:boss" } };
    expect(foundOf([given(["*"])], [{ ...action, attributes: {} }])).not.toContain(
      "forged-identity/contradicted",
    );
    expect(foundOf([given(["*"])], [action])).toContain("forged-identity/contradicted");
  });
});

describe("a stream that is cut off", () => {
  let service: PolicyDouble;
  let sdk: Guarded;
  beforeEach(async () => {
    service = await policyDouble();
    service.grant({ operations: ["mail.*"] });
  });
  afterEach(async () => {
    await sdk.stop();
    await service.stop();
  });
  let runs = 0;
  const run = (name = "mail.send"): number => record({ kind: "tool_call", name }, () => (runs += 1));
  const stale = (): Promise<unknown> =>
    until("it is stale", () => guard({ kind: "tool_call", name: "mail.send" }).reason === "stale_snapshot");

  test("closed: nothing runs that ran before", async () => {
    sdk = await guarded(service.url, { snapshotMaxAgeMs: 200, fail: "closed" });
    const before = run();
    service.mute();
    await stale();
    expect(run).toThrow(ActionDenied);
    expect(runs).toBe(before);
  });

  test("open: it runs, says that nobody knew, and is found", async () => {
    sdk = await guarded(service.url, { snapshotMaxAgeMs: 200, fail: "open" });
    expect(() => run("tickets.open")).toThrow(ActionDenied);
    service.mute();
    await stale();
    run("tickets.open");
    const action = (await sdk.collected.actions()).at(-1);
    expect(action?.decision).toMatchObject({ outcome: "allowed", reason: "stale_snapshot" });
    const seenLater = {
      identityId: "agent:test",
      operation: action?.name ?? "",
      decision: { verdict: "allow", outcome: "allowed", reason: "stale_snapshot" } as const,
    };
    expect(foundOf([given(["mail.*"], "agent:test")], [seenLater])).toContain("outside-grant/outside_scope");
  });
});

describe("a snapshot that is raced", () => {
  const clock = { elapsed: 0, nowMs: () => builtAtUs / 1000, elapsedMs: () => clock.elapsed };
  const who = new Set(["agent:triage"]);
  let snapshot: PolicySnapshot;
  const verdict = (): string => decide(snapshot.book, { ...baseFacts, startedAtUs: builtAtUs }).reason;
  const told = (records: readonly ControlRecord[], id: string): string =>
    snapshot.take(
      {
        event: "snapshot",
        id,
        data: JSON.stringify({ records: records.map((one, position) => ({ position, record: one })) }),
      },
      who,
    );
  const entry = (position: number, said: ControlRecord, id: string): string =>
    snapshot.take({ event: "entry", id, data: JSON.stringify({ position, record: said }) }, who);
  const wide = given(["*"]);
  const narrow = given(["mail.*"]);
  beforeEach(() => {
    clock.elapsed = 0;
    snapshot = new PolicySnapshot(clock, "default");
    told([wide], "c1.s0");
  });

  test("allows what its grant says before anything happens to it", () => {
    expect(verdict()).toBe("granted");
  });

  test("replayed with an older cursor: what was taken away stays so", () => {
    entry(1, narrow, "c2.s0");
    expect(verdict()).toBe("outside_scope");
    expect(told([wide], "c1.s0")).toBe("behind");
    expect(told([wide], "nonsense")).toBe("behind");
    expect(verdict()).toBe("outside_scope");
    expect(snapshot.position).toBe(2);
  });

  test("a log that is made anew is believed once nothing else was heard for long", () => {
    entry(1, narrow, "c2.s0");
    clock.elapsed = 30_001;
    expect(told([wide], "c1.s0")).toBe("heard");
    expect(verdict()).toBe("granted");
  });

  test("entries that come again, out of their order, change nothing", () => {
    entry(1, narrow, "c2.s0");
    entry(0, wide, "c1.s0");
    expect(verdict()).toBe("outside_scope");
    entry(0, wide, "c2.s0");
    expect(verdict()).toBe("outside_scope");
    entry(2, stopped("active", 2), "c3.s0");
    entry(3, stopped("revoked", 2), "c4.s0");
    entry(2, stopped("active", 2), "c3.s0");
    expect(verdict()).toBe("standing_revoked");
    expect(snapshot.cursor).toBe("c4.s0");
  });

  test("what playbooks answer has places of its own, and is not taken for old", () => {
    entry(9, narrow, "c10.s0");
    const answer = {
      ...stopped("revoked", builtAtUs - 1),
      author: "playbook:stop",
      findingId: "f1",
    } as ControlRecord;
    entry(0, answer, "c10.s1");
    expect(verdict()).toBe("standing_revoked");
  });

  test("an older beat doesn't bring older entries back", () => {
    entry(1, narrow, "c2.s0");
    snapshot.take({ event: "beat", id: "c0.s0", data: "{}" }, who);
    entry(0, wide, "c1.s0");
    expect(verdict()).toBe("outside_scope");
  });

  test("cut in the middle: half an event changes nothing", () => {
    entry(1, narrow, "c2.s0");
    const half = JSON.stringify({ records: [{ position: 0, record: wide }] }).slice(0, -9);
    expect(snapshot.take({ event: "snapshot", id: "c3.s0", data: half }, who)).toBe("unread");
    expect([verdict(), snapshot.cursor]).toEqual(["outside_scope", "c2.s0"]);
  });
});
