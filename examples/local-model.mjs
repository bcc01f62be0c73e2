/**
 * A model that needs no account: it answers from a script where a paid one answers from its weights. What it is asked and
 * what it answers have the shape of the usual chat APIs, so that the loop around it is the loop of a real agent.
 */
export function localModel(script) {
  let turn = 0;
  return {
    async chat(messages) {
      const step = script[turn++];
      return step === undefined ? { text: "done", calls: [] } : step(messages);
    },
  };
}

/** What the tool that was called last gave back. */
export const lastOutput = (messages) => messages.findLast(({ role }) => role === "tool").text;

/** The loop of an agent: ask the model, do what it wants done, tell it what came of it, until it wants nothing more. */
export async function agentLoop(model, messages, callTool) {
  for (;;) {
    const { text, calls } = await model.chat(messages);
    messages.push({ role: "assistant", text, calls });
    if (calls.length === 0) return text;
    for (const call of calls) {
      const output = await callTool(call.name, call.arguments);
      messages.push({ role: "tool", name: call.name, text: output });
    }
  }
}
