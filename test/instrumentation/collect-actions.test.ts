/** Goal: users test what their agents do, in the test runner they have, without a receiver. */
import { afterEach, describe, expect, test } from "@jest/globals";
import {
  collectActions,
  type CollectedActions,
  delegate,
  type LeavingSpan,
  record,
  runAs,
  secretRead,
  type SpanSink,
  start,
  tool,
} from "../../instrumentation/index.ts";
import { repositoryRoot } from "../support/repository.ts";
import { answerable } from "../support/up.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const identity = { id: "agent:triage", kind: "ai_agent" } as const;
let collected: CollectedActions;
afterEach(() => collected.stop());

const createTicket = tool("tickets.create", async (title: string) => `4711 ${title}`, {
  mutating: true,
  resource: { id: "crm/tickets", kind: "db_table", origin: "prompt" },
});

describe("collectActions", () => {
  test("gives what was done in plain words, in the order in which it ended", async () => {
    collected = collectActions({ identity });
    const as = { chain: ["user:ana"], session: "run-1", task: "T-1", grant: "g-1" };
    await runAs(as, async () => {
      await createTicket("broken");
      secretRead("vault.kv.read", "kv/prod", () => "s3cr3t");
    });
    const failing = async (): Promise<never> => {
      throw new RangeError("no");
    };
    await expect(record({ kind: "exec", name: "kubectl" }, failing)).rejects.toThrow("no");
    expect(await collected.actions()).toMatchObject([
      {
        kind: "tool_call",
        name: "tickets.create",
        resource: { id: "crm/tickets", kind: "db_table", origin: "prompt" },
        resources: [{ id: "crm/tickets" }],
        identity: "agent:triage",
        chain: ["user:ana", "agent:triage"],
        session: "run-1",
        task: "T-1",
        grant: "g-1",
        status: "ok",
        attributes: { "nhi.action.mutating": true },
      },
      { kind: "secret_read", name: "vault.kv.read", resource: { id: "kv/prod", kind: "secret" } },
      { kind: "exec", name: "kubectl", resources: [], chain: [], status: "error", error: "RangeError" },
    ]);
    expect(JSON.stringify(await collected.actions())).not.toContain("s3cr3t");
  });

  test("who work is handed to is seen, and further resources are", async () => {
    collected = collectActions({ identity });
    const resources = [{ id: "b", kind: "file", origin: "system" }];
    await delegate("agent:helper", async () =>
      record({ kind: "tool_call", name: "t", resource: { id: "a", kind: "file" }, resources }, () => 1),
    );
    expect(await collected.actions()).toMatchObject([
      {
        name: "t",
        identity: "agent:helper",
        chain: ["agent:triage", "agent:helper"],
        resources: [
          { id: "a", kind: "file" },
          { id: "b", kind: "file", origin: "system" },
        ],
      },
      { kind: "delegation", resource: { id: "agent:helper", kind: "agent" } },
    ]);
  });

  test("clear forgets, and what begins before it and ends after it is kept", async () => {
    collected = collectActions({ identity });
    let finish = (): void => undefined;
    const slow = record(
      { kind: "tool_call", name: "slow" },
      () => new Promise<void>((done) => (finish = done)),
    );
    record({ kind: "tool_call", name: "quick" }, () => 1);
    await collected.clear();
    expect(await collected.actions()).toEqual([]);
    finish();
    await slow;
    expect(await collected.actions()).toMatchObject([{ name: "slow" }]);
  });

  test("what runs already is taken over, with what it knows, and goes on afterwards", async () => {
    const sent: LeavingSpan[] = [];
    const sink: SpanSink = {
      name: "theirs",
      trouble: undefined,
      send: async (spans) => (sent.push(...spans), "sent"),
    };
    const running = start({ identity, exporter: sink, limits: { flushMs: 60_000 } });
    record({ kind: "tool_call", name: "before" }, () => 1);
    collected = collectActions({ identity: { id: "agent:other", kind: "ai_agent" } });
    record({ kind: "tool_call", name: "during" }, () => 1);
    expect(await collected.actions()).toMatchObject([{ name: "during", identity: "agent:triage" }]);
    await collected.stop();
    record({ kind: "tool_call", name: "after" }, () => 1);
    await running.stop();
    expect(sent.map(({ attributes }) => attributes["nhi.action.name"])).toEqual(["after"]);
  });

  test("after stop nothing runs any more", async () => {
    collected = collectActions({ identity });
    await collected.stop();
    expect(record({ kind: "tool_call", name: "t" }, () => 7)).toBe(7);
    expect(await collected.actions()).toEqual([]);
  });

  test("more than ten thousand are counted and not kept", async () => {
    collected = collectActions({ identity, limits: { batchMax: 4096 } });
    for (let nth = 0; nth < 10_050; nth += 1) record({ kind: "tool_call", name: "t" }, () => nth);
    expect(await collected.actions()).toHaveLength(10_000);
    expect(collected.missed).toBe(50);
  });
});

test("works in Node's own test runner, as a package that was installed", async () => {
  const folder = tempFolder("node-test");
  mkdirSync(join(folder.path, "node_modules"));
  symlinkSync(repositoryRoot, join(folder.path, "node_modules/answerable"));
  const file = join(folder.path, "agent.test.mjs");
  writeFileSync(
    file,
    `import { test } from "node:test";
import { deepEqual } from "node:assert/strict";
import { collectActions, record } from "answerable/instrumentation";
test("the agent writes a ticket", async () => {
  const collected = collectActions({ identity: { id: "agent:triage", kind: "ai_agent" } });
  record({ kind: "tool_call", name: "tickets.create" }, () => 1);
  deepEqual((await collected.actions()).map(({ name, identity }) => [name, identity]), [["tickets.create", "agent:triage"]]);
  await collected.stop();
});
`,
  );
  try {
    const { out, code } = await answerable([], {}, file);
    expect(out).toMatch(/pass 1$/mu);
    expect(code).toBe(0);
  } finally {
    folder.remove();
  }
});
