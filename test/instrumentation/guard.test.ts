/**
 * Goal: what may not run doesn't, whoever calls gets a clear reason, and the action's span says what was decided.
 * Method: the SDK against a service on loopback that says what stands; counted is how often the work ran.
 */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  ActionDenied,
  delegate,
  exec,
  guard,
  record,
  runAs,
  secretRead,
  tool,
} from "../../instrumentation/index.ts";
import { type Guarded, guarded, known } from "../support/guarded.ts";
import { type PolicyDouble, policyDouble } from "../support/policy-double.ts";
import { until } from "../support/poll.ts";

let service: PolicyDouble;
let sdk: Guarded;
let runs = 0;
const work = (): number => (runs += 1);

beforeEach(async () => {
  runs = 0;
  service = await policyDouble();
});
afterEach(async () => {
  await sdk.stop();
  await service.stop();
});

const denied = (reason: string): Error =>
  expect.objectContaining({ name: "ActionDenied", reason }) as unknown as Error;

async function enforced(...given: Parameters<PolicyDouble["grant"]>): Promise<void> {
  service.grant(...given);
  sdk = await guarded(service.url);
}

describe("with a grant for tickets", () => {
  beforeEach(() => enforced({ operations: ["tickets.*"], resources: ["crm/*"] }));

  test("what it covers runs, and its span says by what", async () => {
    const open = tool("tickets.open", work, { resource: { id: "crm/a", kind: "table" } });
    expect(open()).toBe(1);
    const [action] = await sdk.collected.actions();
    expect(action).toMatchObject({
      status: "ok",
      decision: { verdict: "allow", outcome: "allowed", reason: "granted" },
    });
    expect(action?.attributes["nhi.decision.policy"]).toBe(1);
    expect(action?.attributes["nhi.decision.age_ms"]).toBeLessThan(1000);
  });

  test("what it doesn't cover never runs: thrown, or rejected by what is async", async () => {
    const sync = tool("mail.send", work);
    expect(sync).toThrow(ActionDenied);
    expect(() => record({ kind: "exec", name: "rm" }, work)).toThrow(ActionDenied);
    expect(() => secretRead("vault.kv.read", "kv/prod", work)).toThrow(denied("outside_scope"));
    expect(() => exec("rm", work)).toThrow(ActionDenied);
    const later = tool("mail.send", async () => work());
    let rejected: Promise<number> | undefined;
    expect(() => (rejected = later())).not.toThrow();
    await expect(rejected).rejects.toThrow(ActionDenied);
    expect(runs).toBe(0);
    const all = await sdk.collected.actions();
    expect(all).toHaveLength(5);
    for (const one of all)
      expect(one).toMatchObject({
        status: "denied",
        error: "denied",
        decision: { verdict: "deny", outcome: "blocked", reason: "outside_scope" },
      });
    expect(sdk.answerable.stats().guard).toMatchObject({
      decisions: { allow: 0, deny: 5, ask: 0 },
      blocked: 5,
    });
  });

  test("the reason is a sentence that names what and which grant, and no value", () => {
    const send = tool("mail.send", (_to: string) => work(), { resource: { id: "mail/out", kind: "mail" } });
    let message = "";
    try {
      send("S3CRET");
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(message).toBe(
      "agent:test may not do mail.send on mail/out: no grant covers this operation on this resource (grant g1, policy support 14).",
    );
  });

  test("thinking is no exercise of authority", () => {
    expect(record({ kind: "model_call", name: "chat" }, work)).toBe(1);
    expect(record({ kind: "agent_run", name: "triage" }, work)).toBe(2);
  });

  test("a question runs nothing and records nothing", async () => {
    expect(
      guard({ kind: "tool_call", name: "tickets.open", resource: { id: "crm/a", kind: "t" } }),
    ).toMatchObject({
      verdict: "allow",
      reason: "granted",
      message: "",
      grantId: "g1",
      policyVersion: "14",
    });
    expect(guard({ kind: "tool_call", name: "mail.send" })).toMatchObject({
      verdict: "deny",
      reason: "outside_scope",
    });
    expect(await sdk.collected.actions()).toEqual([]);
  });

  test("a new version of the grant counts as soon as it is told", async () => {
    const send = tool("mail.send", work);
    expect(send).toThrow(ActionDenied);
    service.grant({ operations: ["mail.*"] });
    await until(
      "the new version is known",
      () => guard({ kind: "tool_call", name: "mail.send" }).verdict === "allow",
    );
    expect(send()).toBe(1);
  });

  test("who was stopped may do nothing, by the next action on; who is paused waits", async () => {
    const open = tool("tickets.open", async () => work(), { resource: { id: "crm/a", kind: "table" } });
    await open();
    service.say({
      kind: "standing_set",
      subject: { kind: "identity", id: "agent:test" },
      standing: "paused",
      reason: "",
    });
    await until("it is paused", () => guard({ kind: "exec", name: "x" }).reason === "standing_paused");
    expect(() => record({ kind: "model_call", name: "chat" }, work)).toThrow(denied("standing_paused"));
    const waiting = open();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(runs).toBe(1);
    service.say({
      kind: "standing_set",
      subject: { kind: "identity", id: "agent:test" },
      standing: "active",
      reason: "",
    });
    expect(await waiting).toBe(2);
    service.say({
      kind: "standing_set",
      subject: { kind: "identity", id: "agent:test" },
      standing: "revoked",
      reason: "",
    });
    await until("it is revoked", () => guard({ kind: "exec", name: "x" }).reason === "standing_revoked");
    await expect(open()).rejects.toEqual(denied("standing_revoked"));
    expect(runs).toBe(2);
  });

  test("a clock of ours that is behind keeps no revocation waiting", async () => {
    service.say({
      kind: "standing_set",
      atUs: (Date.now() + 600_000) * 1000,
      subject: { kind: "identity", id: "agent:test" },
      standing: "revoked",
      reason: "",
    });
    await until("it is revoked", () => guard({ kind: "exec", name: "x" }).reason === "standing_revoked");
    expect(() => exec("x", work)).toThrow(ActionDenied);
  });

  test("whom work is handed to is asked for, and decided by what it was granted itself", async () => {
    const search = tool("search.web", work);
    const look = (): number => runAs({ identity: { id: "agent:searcher", kind: "ai_agent" } }, search);
    expect(
      runAs(
        { identity: { id: "agent:searcher", kind: "ai_agent" } },
        () => guard({ kind: "tool_call", name: "search.web" }).reason,
      ),
    ).toBe("unknown_identity");
    service.grant({ id: "g2", grantee: "agent:searcher", operations: ["search.*"] });
    await until("both are asked for", () => service.connections.at(-1)?.identities.length === 2);
    await until(
      "it is known",
      () =>
        runAs(
          { identity: { id: "agent:searcher", kind: "ai_agent" } },
          () => guard({ kind: "tool_call", name: "search.web" }).reason,
        ) === "granted",
    );
    expect(look()).toBe(1);
    expect(search).toThrow(ActionDenied);
    expect(() => delegate("agent:searcher", search)).toThrow(ActionDenied);
  });
});

test("the network is the one that the detector will read", async () => {
  await enforced({ conditions: { networks: ["10.1.0.0/16"] } });
  const from = (attributes: Readonly<Record<string, string>>): string =>
    guard({ kind: "exec", name: "x", attributes }).reason;
  const [inside, outside] = ["10.1.2.3", "203.0.113.9"];
  for (const name of ["nhi.network", "client.address", "http.client_ip"]) {
    expect(from({ [name]: inside })).toBe("granted");
    expect(from({ [name]: outside })).toBe("wrong_network");
  }
  expect(from({})).toBe("wrong_network");
  expect(from({ "nhi.network": inside, "client.address": outside })).toBe("granted");
  expect(from({ "nhi.network": outside, "client.address": inside })).toBe("wrong_network");
  expect(from({ "client.address": inside, "http.client_ip": outside })).toBe("granted");
});

describe("what nothing is granted", () => {
  test("runs, unless the tenant says otherwise", async () => {
    sdk = await guarded(service.url);
    const open = tool("tickets.open", work);
    expect(open()).toBe(1);
    service.say({ kind: "guard_set", defaults: { ungranted: "deny", uncovered: "deny" } });
    await until("it is told", () => guard({ kind: "tool_call", name: "x" }).verdict === "deny");
    expect(open).toThrow(denied("no_grant"));
  });
});

describe("modes", () => {
  test("in shadow everything runs and is told", async () => {
    service.grant({ operations: ["tickets.*"] });
    sdk = await guarded(service.url, { mode: "shadow" });
    expect(tool("mail.send", work)()).toBe(1);
    expect(await tool("tickets.open", async () => work())()).toBe(2);
    expect(await sdk.decisions()).toEqual([
      { name: "mail.send", status: "ok", verdict: "deny", outcome: "observed", reason: "outside_scope" },
      { name: "tickets.open", status: "ok", verdict: "allow", outcome: "observed", reason: "granted" },
    ]);
  });

  test("off, nobody is asked and nothing is said", async () => {
    service.grant({ operations: ["tickets.*"] });
    sdk = await guarded(service.url, { mode: "off" }, false);
    expect(tool("mail.send", work)()).toBe(1);
    expect(await sdk.decisions()).toEqual([{ name: "mail.send", status: "ok" }]);
    expect(guard({ kind: "tool_call", name: "mail.send" })).toMatchObject({
      verdict: "allow",
      reason: "guard_off",
    });
    expect(sdk.answerable.stats().guard).toBeUndefined();
    expect(service.connections).toEqual([]);
  });

  test("the first call that can wait does so until it is known what stands", async () => {
    service.grant({ operations: ["tickets.*"] });
    sdk = await guarded(service.url, { fail: "closed" }, false);
    await expect(tool("mail.send", async () => work())()).rejects.toEqual(denied("outside_scope"));
    await known();
  });
});
