/** Recorded conversations of agents, played as an agent would live them, beside what is known of each of their calls. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { SessionLineage } from "../../instrumentation/lineage/index.ts";

interface Message {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly text?: string;
  readonly name?: string;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly name: string;
    readonly arguments: unknown;
  }[];
}

/** One run's messages. */
export interface Conversation {
  readonly run_id: string;
  readonly messages: readonly Message[];
}

/** One action as it was recorded, with the origins that are known to be true. */
export interface RecordedCall {
  readonly run_id: string;
  readonly seq: number;
  readonly kind: string;
  readonly operation: string;
  readonly mutating?: boolean;
  readonly resource?: string;
  readonly resource_origin?: string;
  readonly resources?: readonly { readonly value: string; readonly origin: string }[];
}

/** What a run was. */
export interface RunLabel {
  readonly run_id: string;
  readonly phase: string;
  readonly label_run: string;
  /** Template of the attack, where there is one. */
  readonly attack?: string | null;
  readonly attack_seqs: readonly number[];
}

/** Every line of a gzipped file of JSON lines. */
export function jsonLines<T>(file: string): T[] {
  const text = gunzipSync(readFileSync(file)).toString("utf8");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);
}

/** Calls by run, in their order; calls of models are none. */
export function callsByRun(actions: readonly RecordedCall[]): Map<string, RecordedCall[]> {
  const calls = new Map<string, RecordedCall[]>();
  for (const action of actions) {
    if (action.kind === "model_call") continue;
    const own = calls.get(action.run_id) ?? [];
    calls.set(action.run_id, own);
    own.push(action);
  }
  return calls;
}

/** Values of a call whose origin is known, its resource first. */
export function knownOrigins(
  call: RecordedCall,
): readonly { readonly value: string; readonly origin: string }[] {
  const { resource, resource_origin: origin, resources = [] } = call;
  return resource === undefined || origin === undefined
    ? resources
    : [{ value: resource, origin }, ...resources];
}

/** Tells a session what an agent would, message by message, and `visit` each call before its output is known. */
export function play(
  conversation: Conversation,
  calls: readonly RecordedCall[],
  session: SessionLineage | undefined,
  visit: (call: RecordedCall, args: unknown) => void,
): void {
  const names = new Map<string, string>();
  let next = 0;
  for (const { role, text = "", name, tool_call_id: id = "", tool_calls = [] } of conversation.messages) {
    if (role === "system") session?.system(text);
    else if (role === "user") session?.prompt(text);
    else if (role === "tool") session?.output(name ?? names.get(id) ?? "unknown", text);
    for (const call of tool_calls) {
      names.set(call.id, call.name);
      const recorded = calls[next];
      next += 1;
      if (recorded?.operation !== call.name)
        throw new Error(`${conversation.run_id}: call ${next} of the conversation is not the recorded one`);
      visit(recorded, call.arguments);
    }
  }
}
