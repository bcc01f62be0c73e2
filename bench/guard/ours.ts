import { type RecordedAction, record, start } from "../../instrumentation/index.ts";
import { currentRuntime } from "../../instrumentation/runtime.ts";
import { PolicyBook } from "../../policy/book.ts";
import { decide } from "../../policy/decide.ts";
import { type Percentiles, timed } from "../percentiles.ts";
import { callsOf, identity, ruleAt } from "./rules.ts";
import type { Contender } from "./subject.ts";

/** Spans that are gathered before they are let go of: what an exporter would take. */
const batch = 512;
const startedAtUs = Date.UTC(2026, 0, 1) * 1000;

/** The book that a guard folds of what the service tells it. */
function bookOf(rules: number): PolicyBook {
  const book = new PolicyBook();
  const common = { tenant: "default", author: "user:ana", atUs: 0 } as const;
  book.enter(0, { kind: "guard_set", ...common, defaults: { ungranted: "deny", uncovered: "deny" } });
  for (let nth = 0; nth < rules; nth += 1) {
    const { operation, resource } = ruleAt(nth);
    const policy = { id: "bench", version: "1" };
    const grant = { id: `g${String(nth)}`, grantee: identity.id, approver: "user:ana", policy };
    const scope = { operations: [operation], resources: [resource], window: {}, conditions: {}, ask: false };
    book.enter(nth + 1, { kind: "grant_given", ...common, grant: { ...grant, ...scope } });
  }
  return book;
}

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

/** One call over the whole path: decided, told by a span, handed to the queue, done; whether it was done. */
function guardedCall(book: PolicyBook, action: RecordedAction, work: () => number): boolean {
  if (!decided(book, action)) return false;
  record(action, work);
  return true;
}

export function decision(rules: number): Contender {
  const book = bookOf(rules);
  const calls = callsOf(rules);
  const once = (nth: number): boolean => decided(book, calls[nth % calls.length]!);
  return {
    allowed: () => calls.filter((_, nth) => once(nth)).length,
    round: async (count) => timed(count, once),
  };
}

export function full(rules: number): Contender {
  const book = bookOf(rules);
  const calls = callsOf(rules);
  start({ exporter: { name: "none", trouble: undefined, send: () => Promise.resolve("sent") }, identity });
  const queue = currentRuntime()?.queue;
  const all = { spansMax: batch, bytesMax: Number.POSITIVE_INFINITY };
  let sum = 0;
  const work = (): number => (sum += 1);
  const once = (nth: number): boolean => guardedCall(book, calls[nth % calls.length]!, work);
  const settle = (): void => {
    if ((queue?.length ?? 0) >= batch) queue?.settle(queue.take(all));
  };
  const round = async (count: number): Promise<Percentiles> => timed(count, once, settle);
  return { allowed: () => calls.filter((_, nth) => once(nth)).length, round };
}
