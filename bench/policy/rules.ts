import { decide } from "../../policy/decide.ts";
import { PolicyBook } from "../../policy/book.ts";
import type { Grant } from "../../schemas/index.ts";

const startMs = Date.UTC(2026, 0, 1);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A rule as all engines get it: grantee, operations, resources, window. */
export function ruleAt(nth: number): Grant {
  const lastsMs = nth % 5 === 0 ? hourMs : dayMs;
  return {
    id: `g${String(nth)}`,
    grantee: nth % 10 === 0 ? "agent:triage*" : "agent:triage",
    approver: "user:ana",
    policy: { id: "bench", version: "1" },
    operations: [`tools.${String(nth)}.read`, `tools.${String(nth)}.write*`],
    resources: [`crm/${String(nth)}/*`],
    window: {
      from: new Date(startMs).toISOString(),
      until: new Date(startMs + lastsMs).toISOString(),
    },
    conditions: {},
    ask: false,
  };
}

/** What an engine is asked. */
export interface Question {
  readonly identityId: string;
  readonly operation: string;
  readonly resource: string;
  readonly atMs: number;
}

/** Some questions, of rules all over the list: half of them are to be allowed. */
export function questionsOf(rules: number): readonly Question[] {
  return Array.from({ length: 200 }, (_, nth) => {
    const rule = String((nth * 7919) % rules);
    const how = nth % 8;
    return {
      identityId: how === 7 ? "agent:stranger" : "agent:triage",
      operation: `tools.${rule}.${how === 5 ? "delete" : nth % 2 === 0 ? "read" : "write.all"}`,
      resource: `crm/${how === 4 ? "x" : ""}${rule}/4711`,
      atMs: startMs + (how === 6 ? 2 * dayMs : nth * 1000),
    };
  });
}

/** Answers a question: whether it may be done. */
export type Engine = (question: Question) => boolean;

/** What the guard asks: grants as the control log brings them, and nothing allowed that none of them covers. */
export function matcher(rules: number): Engine {
  const book = new PolicyBook();
  const common = { tenant: "default", author: "user:ana", atUs: 0 } as const;
  book.enter(0, { kind: "guard_set", ...common, defaults: { ungranted: "deny", uncovered: "deny" } });
  for (let nth = 0; nth < rules; nth += 1)
    book.enter(nth + 1, { kind: "grant_given", ...common, grant: ruleAt(nth) });
  return (question) => decide(book, factsOf(question)).verdict === "allow";
}

function factsOf({ identityId, operation, resource, atMs }: Question): Parameters<typeof decide>[1] {
  const facts = {
    tenant: "default",
    identityId,
    operation,
    resources: [{ id: resource }],
    startedAtUs: atMs * 1000,
    taskId: "",
    sessionId: "",
    network: "",
    environment: "",
    credentialType: "",
    credentialIssuedAt: undefined,
    path: [],
    approvalId: "",
    digest: "",
    kind: "tool_call",
    chainId: "",
  };
  return facts;
}
