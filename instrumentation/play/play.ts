import { record } from "../action/record.ts";
import { prompt, system } from "../action/traced-values.ts";
import { tool } from "../action/tool.ts";
import type { LeavingSpan } from "../emit/leaving.ts";
import type { SpanSink } from "../emit/sink.ts";
import { runAs } from "../scope/run-as.ts";
import { startRuntime } from "../start.ts";
import { type Call, type Conversation, eventsOf, type Turn } from "./conversation.ts";
import { resourcesOf, type ToolTable } from "./tool-table.ts";

/** Time between two actions of a run; the recordings don't tell any. */
const stepMs = 2_000;

/** Plays recorded conversations. */
export interface Player {
  /** The spans that the run's agent would have sent, in the order in which they began; of each action its end alone. */
  play(conversation: Conversation): Promise<readonly LeavingSpan[]>;
  stop(): Promise<void>;
}

/**
 * Plays recorded conversations as their agents would have run them with this SDK: prompts and outputs are noted, each
 * call of a tool is a call of a wrapped function. Takes the runtime of the process for as long as it is not stopped.
 *
 * @throws Error where the process has a runtime already.
 */
export function player(tools: ToolTable): Player {
  const sent: LeavingSpan[] = [];
  const sink: SpanSink = {
    name: "play",
    trouble: undefined,
    send: async (spans) => {
      sent.push(...spans);
      return "sent";
    },
  };
  let nowMs = 0;
  const clock = { nowMs: () => nowMs, elapsedMs: () => nowMs };
  const options = { exporter: sink, enabled: true, identity: { id: "replay", kind: "unknown" } } as const;
  const runtime = startRuntime(options, { clock });
  if (runtime === undefined || runtime.sink !== sink)
    throw new Error("this process records its own actions already");

  async function act(call: Call, work: () => Promise<string>): Promise<void> {
    const declared = tools.tools[call.name];
    const wrapped = tool(call.name, (_args: Readonly<Record<string, unknown>>) => work(), {
      ...(declared && { kind: declared.kind, mutating: declared.mutating }),
      resource: (args) => resourcesOf(tools, args),
    });
    nowMs += stepMs;
    await wrapped(call.arguments).catch(() => undefined);
  }

  async function turn({ calls }: Turn): Promise<void> {
    nowMs += stepMs;
    record(
      { kind: "model_call", name: "chat", attributes: { "gen_ai.operation.name": "chat" } },
      () => undefined,
    );
    // A model asks for all calls of a turn before it sees what came of any.
    const { asked, answer } = gate();
    const acts = calls.map(({ call, outcome }) =>
      act(call, async () => {
        await asked;
        if (outcome?.error != null) throw new ToolFailed();
        return outcome?.text ?? "";
      }),
    );
    answer();
    await Promise.all(acts);
  }

  return {
    async play(conversation) {
      nowMs = Date.parse(conversation.ts);
      sent.length = 0;
      const identity = { id: conversation.identity, kind: "ai_agent" } as const;
      await runAs({ identity, session: conversation.run_id }, async () => {
        for (const event of eventsOf(conversation)) {
          if (event.kind === "turn") await turn(event.turn);
          else (event.kind === "system" ? system : prompt)(event.text);
        }
      });
      await runtime.flush();
      // What is urgent left first, and what a model asked for at once ended at once.
      return sent
        .filter(({ attributes }) => attributes["nhi.phase"] !== "start")
        .toSorted((one, other) => microsOf(one) - microsOf(other));
    },
    stop: () => runtime.stop(),
  };
}

/** When it began, microseconds since 1970. */
const microsOf = ({ startTime: [seconds, nanos] }: LeavingSpan): number => seconds * 1_000_000 + nanos / 1000;

/** A tool that failed; what it said may hold anything. */
class ToolFailed extends Error {
  override readonly name = "ToolFailed";
}

/** Lets whoever waits for `asked` go on once `answer` is called. */
function gate(): { readonly asked: Promise<void>; readonly answer: () => void } {
  let open: (() => void) | undefined;
  const asked = new Promise<void>((resolve) => (open = resolve));
  return { asked, answer: () => open?.() };
}
