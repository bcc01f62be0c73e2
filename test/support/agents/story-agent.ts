/**
 * An agent whose model is a test: it does what a line of its input says, as our SDK has it, and answers with a line that says
 * whether its tool was reached.
 */
import { createInterface } from "node:readline";
import { record, runAs, start, tool } from "answerable/instrumentation";
import type { Errand } from "../story/agent.ts";

start({ limits: { flushMs: 50 } });

async function run({ as, action, args, target, fails }: Errand): Promise<object> {
  let ran = false;
  const work = async (): Promise<string> => {
    ran = true;
    if (target !== undefined) await fetch(target, { method: "POST" });
    if (fails === true) throw new Error("it failed");
    return "done";
  };
  try {
    await runAs(as, async () => {
      if (args === undefined) return record(action, work);
      const { name, resource, mutating = false } = action;
      const made = tool(name, async (_given: unknown) => work(), {
        mutating,
        ...(resource && { resource: () => resource }),
      });
      return made(args);
    });
    return { ran };
  } catch (error) {
    const { name, message, reason } = error as Error & { readonly reason?: string };
    return { ran, error: name, message, reason };
  }
}

async function told(errand: Errand): Promise<void> {
  const answer = await run(errand);
  process.stdout.write(`${JSON.stringify({ nth: errand.nth, ...answer })}\n`);
}

for await (const line of createInterface({ input: process.stdin })) {
  const errand = JSON.parse(line) as Errand;
  void told(errand);
}
