import { builtAtUs, judgedWith } from "./build.ts";
import type { Judged } from "./stepped.ts";

const minuteUs = 60_000_000;
const steps = ["git.check'out", "build.run", "image.push", "deploy.apply\\{before}"];
const sessions = 2;

/**
 * A job that does four things in turn, two runs beside each other, some resting for long; then one that reads a secret in
 * between, one that another rule tells of, one that is out of turn again, and an hour in which all fails.
 */
export function outOfTurnLog(offset: number): Judged[] {
  const judged: Judged[] = [];
  function add(operation: string, sessionId: string, parts: Partial<Judged["action"]> = {}): void {
    const nth = judged.length;
    judged.push(
      judgedWith(offset + nth, {
        tenant: "acme 'x'",
        identityId: "job:o'brien",
        operation,
        sessionId,
        resources: [{ id: "app", kind: "object", origin: nth % 3 === 0 ? "prompt" : "system" }],
        startedAtUs: builtAtUs + nth * 10 * minuteUs,
        ...parts,
      }),
    );
  }
  for (let round = 0; round < 200; round += 1) {
    for (const step of steps)
      for (let beside = 0; beside < sessions; beside += 1) add(step, `run '${round} ${beside}`);
    // A session that rests while others work begins anew; what models are asked is no step of it.
    if (round % 20 === 19) for (const step of steps) add(step, "resting");
    if (round % 30 === 0) add("chat", `run '${round} 0`, { kind: "model_call", resources: [] });
  }
  const strange = (sessionId: string, operation: string): void => {
    add(steps[0]!, sessionId);
    add(steps[1]!, sessionId);
    add(operation, sessionId);
    add(steps[2]!, sessionId);
  };
  strange("strange 1", steps[0]!);
  strange("strange 2", "secret.re'ad");
  strange("strange 3", steps[3]!);
  add(steps[3]!, "strange 4");
  const sinceUs = builtAtUs + judged.length * 10 * minuteUs + 120 * minuteUs;
  for (let nth = 0; nth < 25; nth += 1)
    add(steps[0]!, "failing", { status: "error", startedAtUs: sinceUs + nth * 1_000_000 });
  return judged;
}
