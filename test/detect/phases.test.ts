/**
 * Goal: an action that tells of its beginning is judged at once, is learned from once, and is spoken of once.
 * Method: spans of both phases through the worker, into a store in memory.
 */
import { expect, test } from "@jest/globals";
import { encodeSpans } from "../../detector/replay/otlp.ts";
import { memoryStore, noFault } from "../support/memory.ts";
import { workerOf } from "../support/worker.ts";

const startMs = Date.parse("2026-03-02T09:00:00Z");

/** A record with one phase of an action that no grant covers. */
function recordOf(offset: number, phase: "start" | "end") {
  return {
    offset,
    key: "g0001",
    value: encodeSpans([
      {
        identityId: "agent:a",
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: "00000000000000a1",
        name: "delete",
        kind: "internal",
        startMs,
        endMs: startMs + (phase === "start" ? 0 : 60_000),
        failed: false,
        attributes: {
          "nhi.identity.id": "agent:a",
          "nhi.action.kind": "tool_call",
          "nhi.action.name": "delete",
          ...(phase === "start" ? { "nhi.phase": "start" } : {}),
        },
      },
    ]),
    headers: {},
    timestampMs: startMs + 60_000 * offset,
  };
}

async function rowsOf(phases: readonly ("start" | "end")[]) {
  const { store, content } = memoryStore();
  const worker = workerOf(store(noFault));
  for (const [offset, phase] of phases.entries()) await worker.offer([recordOf(offset, phase)]);
  const { actions, findings } = content();
  return { actions, findings };
}

test("the beginning is judged before the end is there, and does not move what is known of the identity", async () => {
  const { actions, findings } = await rowsOf(["start"]);
  expect(actions).toHaveLength(1);
  expect(actions[0]).toContain('"learned":false');
  expect(findings).toHaveLength(1);
});

test("the end is learned from, and says nothing that was said", async () => {
  const { actions, findings } = await rowsOf(["start", "end"]);
  const learned = actions.map((row) => /"learned":(true|false)/u.exec(row)?.[1]);
  expect(learned.filter((one) => one === "true")).toHaveLength(1);
  expect(findings).toHaveLength(1);
});

test("without a beginning the end alone is judged and learned from", async () => {
  const { actions, findings } = await rowsOf(["end"]);
  expect(actions[0]).toContain('"learned":true');
  expect(findings).toHaveLength(1);
});
