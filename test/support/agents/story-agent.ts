/**
 * An agent whose model is a test: it does what a line of its input says, as our SDK has it, and answers with a line that says
 * whether its tool was reached.
 */
import { createInterface } from "node:readline";
import { guard, record, type RecordedAction, runAs, start, tool } from "answerable/instrumentation";
import pg from "pg";
import type { Errand } from "../story/agent.ts";

start({ limits: { flushMs: 50 } });

/** Where the database is, says the environment. */
let database: Promise<pg.Client> | undefined;

async function connected(): Promise<pg.Client> {
  const client = new pg.Client();
  // A database that goes away ends nobody.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function act(
  action: RecordedAction,
  { args, target, fails }: Errand,
  reached: () => void,
): Promise<void> {
  const work = async (): Promise<string> => {
    reached();
    if (target !== undefined) await fetch(target, { method: "POST" });
    if (fails === true) throw new Error("it failed");
    return "done";
  };
  if (args === undefined) {
    await record(action, work);
    return;
  }
  const { name, resource, mutating = false } = action;
  const made = tool(name, async (_given: unknown) => work(), {
    mutating,
    ...(resource && { resource: () => resource }),
  });
  await made(args);
}

async function run(errand: Errand): Promise<object> {
  const { as, action, sql, isQuestion } = errand;
  let ran = false;
  const reached = (): void => void (ran = true);
  if (action !== undefined && isQuestion === true)
    return { ran, reason: runAs(as, () => guard(action).reason) };
  try {
    if (sql !== undefined) {
      const client = await (database ??= connected());
      await runAs(as, () => client.query(sql));
      reached();
    } else if (action !== undefined) await runAs(as, () => act(action, errand, reached));
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
await (await database)?.end();
