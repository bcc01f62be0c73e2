/**
 * A process of several identities that do nothing but act, each action past its guard. Says of each on standard output when it was
 * decided and how: a line of JSON. Its spans go nowhere: what is measured is what the guard lets through.
 *
 * argv: endpoint, identities as a list with commas, actions of each, pause between two rounds in ms, fail mode, age limit in ms
 */
import { runAs, start, tool } from "../../../instrumentation/index.ts";

const [endpoint = "", names = "", actions = "0", pauseMs = "0", fail = "closed", maxAgeMs = "30000"] =
  process.argv.slice(2);
const identities = names.split(",");

start({
  endpoint,
  identity: { id: "ci:race", kind: "ci_job" },
  exporter: { name: "nowhere", send: async () => "sent", trouble: undefined },
  guard: { mode: "enforce", fail: fail === "open" ? "open" : "closed", snapshotMaxAgeMs: Number(maxAgeMs) },
});

const open = tool("tickets.open", async () => Date.now(), { mutating: true });
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function act(id: string): Promise<void> {
  try {
    const atMs = await runAs({ identity: { id, kind: "ai_agent" }, session: `${id}-1` }, () => open());
    say({ id, atMs, allowed: true });
  } catch (error) {
    say({
      id,
      atMs: Date.now(),
      allowed: false,
      reason: (error as { reason?: string }).reason ?? String(error),
    });
  }
}

// The first round has the guard hear of all of them.
await Promise.all(identities.map((id) => act(id)));
for (let round = 1; round < Number(actions); round += 1) {
  await new Promise((resolve) => setTimeout(resolve, Number(pauseMs)));
  // A paused one waits for a person; nobody else waits for it.
  for (const id of identities) void act(id);
}
