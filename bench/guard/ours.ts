import { type RecordedAction, record, start } from "../../instrumentation/index.ts";
import { currentRuntime } from "../../instrumentation/runtime.ts";
import { PolicyBook } from "../../policy/book.ts";
import { decide } from "../../policy/decide.ts";
import { type Percentiles, timed } from "../percentiles.ts";
import { known } from "../../test/support/guarded.ts";
import { policyDouble } from "../../test/support/policy-double.ts";
import { callsOf, controlLogOf, identity } from "./rules.ts";
import type { Contender } from "./subject.ts";

/** Spans that are gathered before they are let go of: what an exporter would take. */
const batch = 512;
const startedAtUs = Date.UTC(2026, 0, 1) * 1000;

function decided(book: PolicyBook, action: RecordedAction): boolean {
  const facts = {
    tenant: "default",
    identityId: identity.id,
    kind: action.kind,
    operation: action.name,
    resources: action.resource === undefined ? [] : [action.resource],
    startedAtUs,
    taskId: action.task ?? "",
    sessionId: action.session ?? "",
    chainId: "",
    network: "",
    environment: "",
    credentialType: "",
    credentialIssuedAt: undefined,
    path: [],
    approvalId: "",
    digest: "",
  };
  return decide(book, facts).verdict === "allow";
}

/** The engine alone: a book, asked. */
export function decision(rules: number): Contender {
  const book = new PolicyBook();
  for (const [position, said] of controlLogOf(rules).entries()) book.enter(position, said);
  const calls = callsOf(rules);
  const once = (nth: number): boolean => decided(book, calls[nth % calls.length]!);
  return {
    allowed: () => calls.filter((_, nth) => once(nth)).length,
    round: async (count) => timed(count, once),
  };
}

/** One call as a program makes it: decided by what the service told, told by a span and handed to the queue, denied or done. */
function guardedCall(action: RecordedAction, work: () => number): boolean {
  try {
    record(action, work);
    return true;
  } catch {
    return false;
  }
}

export async function full(rules: number): Promise<Contender> {
  const service = await policyDouble();
  for (const said of controlLogOf(rules)) service.say(said);
  start({
    exporter: { name: "none", trouble: undefined, send: () => Promise.resolve("sent") },
    identity,
    guard: { mode: "enforce", endpoint: service.url, fail: "closed" },
  });
  await known();
  const calls = callsOf(rules);
  const queue = currentRuntime()?.queue;
  const all = { spansMax: batch, bytesMax: Number.POSITIVE_INFINITY };
  let sum = 0;
  const work = (): number => (sum += 1);
  const once = (nth: number): boolean => guardedCall(calls[nth % calls.length]!, work);
  const settle = (): void => {
    if ((queue?.length ?? 0) >= batch) queue?.settle(queue.take(all));
  };
  const round = async (count: number): Promise<Percentiles> => {
    const took = timed(count, once, settle);
    // What was decided by the fail mode is no figure of a guard that knows.
    const stale = currentRuntime()?.guard?.stats().stale;
    if (stale !== 0) throw new Error(`The guard did not know in ${String(stale)} calls.`);
    return took;
  };
  return { allowed: () => calls.filter((_, nth) => once(nth)).length, round };
}
