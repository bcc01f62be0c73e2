/**
 * Goal: the origins that lineage finds are the true ones.
 * Method: recorded conversations are played message by message, as an agent would live them, and each value whose
 * origin is known (the first text that holds it, by plain search) is asked for. The sample lies beside this file.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { LineageBook } from "../../../instrumentation/lineage/index.ts";
import { resourcesOf, ToolTable } from "../../../instrumentation/play/tool-table.ts";
import {
  callsByRun,
  jsonLines,
  knownOrigins,
  play,
  type Conversation,
  type RecordedCall,
} from "../../support/conversations.ts";
import { repositoryRoot } from "../../support/repository.ts";
import { testData } from "../../support/test-data.ts";

const sampleFile = join(repositoryRoot, "test/instrumentation/lineage/agentdojo.sample.jsonl.gz");

interface Played {
  readonly conversation: Conversation;
  readonly calls: readonly RecordedCall[];
}

const sets = [
  {
    name: "the sample",
    values: 134,
    runs: () =>
      jsonLines<Conversation & { calls: RecordedCall[] }>(sampleFile).map((run) => ({
        conversation: run,
        calls: run.calls,
      })),
  },
  { name: "all of AgentDojo", values: 18_048, runs: () => wholeSet("agentdojo") },
  { name: "all of AgentDyn", values: 45_671, runs: () => wholeSet("agentdyn") },
];

test.each(sets)("$name: at least 98 % of origins are the true ones", ({ runs, values }) => {
  const book = new LineageBook();
  let compared = 0;
  let agreed = 0;
  for (const { conversation, calls } of runs()) {
    const session = book.session(conversation.run_id);
    play(conversation, calls, session, (call) => {
      for (const { value, origin } of knownOrigins(call)) {
        compared += 1;
        if (session.originOf(value) === origin) agreed += 1;
      }
    });
    book.forget(conversation.run_id);
  }
  expect(compared).toBeGreaterThanOrEqual(values);
  expect(agreed / compared).toBeGreaterThanOrEqual(0.98);
  expect(book.counts).toMatchObject({ tokensHeld: 0, textsForgotten: 0, searchesCut: 0 });
});

function wholeSet(set: string): readonly Played[] {
  const calls = callsByRun(jsonLines<RecordedCall>(testData(`${set}/${set}.dev.actions.jsonl.gz`)));
  return jsonLines<Conversation>(testData(`${set}/${set}.dev.conversations.jsonl.gz`)).map(
    (conversation) => ({
      conversation,
      calls: calls.get(conversation.run_id) ?? [],
    }),
  );
}

test.each(["agentdojo", "agentdyn"])(
  "%s: resources follow from the declared types of arguments for at least 99 %% of calls",
  (set) => {
    const tools = ToolTable.parse(JSON.parse(readFileSync(testData(`${set}/tools.json`), "utf8")));
    let calls = 0;
    let same = 0;
    for (const { conversation, calls: own } of wholeSet(set))
      play(conversation, own, undefined, (call, args) => {
        calls += 1;
        const declared = resourcesOf(tools, args as Readonly<Record<string, unknown>>).map(({ id }) => id);
        const known = knownOrigins(call).map(({ value }) => value);
        if (JSON.stringify(declared) === JSON.stringify(known)) same += 1;
      });
    expect(same / calls).toBeGreaterThanOrEqual(0.99);
  },
);
