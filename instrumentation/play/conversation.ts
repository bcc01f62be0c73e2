import { z } from "zod";

const Call = z.object({
  id: z.string().nullish(),
  name: z.string().min(1),
  arguments: z.record(z.string(), z.unknown()),
});

const Message = z.object({
  role: z.enum(["system", "user", "assistant", "tool"]),
  text: z.string(),
  tool_calls: z.array(Call).nullish(),
  tool_call_id: z.string().nullish(),
  /** What went wrong in a tool; its text is no output then. */
  error: z.string().nullish(),
});

/** One line of a file of recorded conversations: what an SDK sees inside an agent. */
export const Conversation = z.object({
  run_id: z.string().min(1),
  identity: z.string().min(1),
  ts: z.iso.datetime({ offset: true }),
  messages: z.array(Message),
});
export type Conversation = Readonly<z.infer<typeof Conversation>>;
export type Call = Readonly<z.infer<typeof Call>>;

/** What a tool gave back. */
interface Outcome {
  readonly text: string;
  readonly error: string | undefined;
}

/** One turn of a model: its calls, with what came of each. */
export interface Turn {
  readonly text: string;
  readonly calls: readonly { readonly call: Call; readonly outcome: Outcome | undefined }[];
}

/** What an agent's loop goes through, in its order. */
export type Event =
  | { readonly kind: "system" | "prompt"; readonly text: string }
  | { readonly kind: "turn"; readonly turn: Turn };

/** A conversation as its agent went through it. Outputs belong to calls by their ids, and where these are missing by order. */
export function* eventsOf({ messages }: Conversation): Generator<Event> {
  for (const [at, message] of messages.entries()) {
    switch (message.role) {
      case "system":
        yield { kind: "system", text: message.text };
        break;
      case "user":
        yield { kind: "prompt", text: message.text };
        break;
      case "assistant":
        yield { kind: "turn", turn: turnOf(messages, at) };
        break;
      case "tool":
        break;
    }
  }
}

function turnOf(messages: Conversation["messages"], at: number): Turn {
  const outputs: Conversation["messages"] = [];
  for (let next = at + 1; messages[next]?.role === "tool"; next += 1) outputs.push(messages[next]!);
  const { text, tool_calls: calls } = messages[at]!;
  return {
    text,
    calls: (calls ?? []).map((call, nth) => {
      const byId = outputs.find(
        ({ tool_call_id: id }) => typeof id === "string" && id !== "" && id === call.id,
      );
      const output = byId ?? outputs[nth];
      return {
        call,
        outcome: output === undefined ? undefined : { text: output.text, error: output.error ?? undefined },
      };
    }),
  };
}
