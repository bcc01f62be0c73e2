import { openPolicyStream } from "./policy-stream.ts";
import { ask } from "./spans.ts";

/** From the request that closes a task to the entry on a guard's stream, milliseconds, of 200 tasks one after another. */
export async function closingLatency(
  postTo: string,
  listenAt: string,
  tokens: { readonly poster?: string; readonly guard?: string } = {},
): Promise<{ readonly p50: number; readonly p99: number }> {
  const { poster, guard } = tokens;
  const tasks = Array.from({ length: 200 }, (_, at) => `task-${String(performance.now())}-${String(at)}`);
  const send = async (body: object): Promise<void> => {
    const { status, text } = await ask(postTo, "/v1/tasks", {
      method: "POST",
      body: JSON.stringify(body),
      headers: {
        "content-type": "application/json",
        ...(poster === undefined ? {} : { authorization: `Bearer ${poster}` }),
      },
    });
    if (status !== 201) throw new Error(text);
  };
  const stream = await openPolicyStream(
    listenAt,
    ["agent:coder"],
    guard === undefined ? {} : { token: guard },
  );
  const took: number[] = [];
  for (const id of tasks) {
    await send({ open: [{ id, kind: "change" }] });
    const startedAtMs = performance.now();
    await send({ close: [{ id }] });
    const { atMs } = await stream.entry((record) => record.kind === "task_closed" && record.taskId === id);
    took.push(atMs - startedAtMs);
  }
  stream.close();
  took.sort((one, other) => one - other);
  return { p50: took[99] ?? 0, p99: took[197] ?? 0 };
}
