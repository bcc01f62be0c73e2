/**
 * Goal: the origins on the spans that leave are the true ones, for agents that run with this SDK.
 * Method: recorded conversations are played through it as their agents would have run; each value whose origin is known is
 * looked for on the spans of its run. Calls of a turn end in any order, so that spans are told apart by what they name.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { Conversation } from "../../../instrumentation/play/conversation.ts";
import { player } from "../../../instrumentation/play/play.ts";
import { ToolTable } from "../../../instrumentation/play/tool-table.ts";
import { callsByRun, jsonLines, knownOrigins, type RecordedCall } from "../../support/conversations.ts";
import { testData } from "../../support/test-data.ts";

test.each(["agentdojo", "agentdyn"])(
  "%s: at least 98 %% of the origins on spans are the true ones, and hardly a value is on no span",
  async (set) => {
    const file = (part: string): string => testData(`${set}/${set}.dev.${part}.jsonl.gz`);
    const tools = ToolTable.parse(JSON.parse(readFileSync(testData(`${set}/tools.json`), "utf8")));
    const calls = callsByRun(jsonLines<RecordedCall>(file("actions")));
    const agents = player(tools);
    let known = 0;
    let onSpans = 0;
    let agreed = 0;
    for (const line of jsonLines<unknown>(file("conversations"))) {
      const conversation = Conversation.parse(line);
      const told = originsOf((await agents.play(conversation)).map(({ attributes }) => attributes));
      for (const call of calls.get(conversation.run_id) ?? [])
        for (const { value, origin } of knownOrigins(call)) {
          known += 1;
          const origins = told.get(`${call.operation} ${value}`) ?? [];
          if (origins.length === 0) continue;
          onSpans += 1;
          const at = origins.indexOf(origin);
          if (at >= 0) agreed += 1;
          origins.splice(Math.max(at, 0), 1);
        }
    }
    await agents.stop();
    expect(agreed / onSpans).toBeGreaterThanOrEqual(0.98);
    expect(onSpans / known).toBeGreaterThanOrEqual(0.995);
  },
  120_000,
);

/** Origins by operation and resource, of all spans of a run. */
function originsOf(spans: readonly Readonly<Record<string, unknown>>[]): Map<string, unknown[]> {
  const told = new Map<string, unknown[]>();
  for (const span of spans) {
    const ids = [span["nhi.resource.id"], span["nhi.resources.id"]].flat();
    const origins = [span["nhi.resource.origin"], span["nhi.resources.origin"]].flat();
    for (const [index, id] of ids.entries()) {
      const name = `${String(span["nhi.action.name"])} ${String(id)}`;
      told.set(name, [...(told.get(name) ?? []), origins[index]]);
    }
  }
  return told;
}
