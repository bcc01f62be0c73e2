import type { RecordedAction } from "../../instrumentation/index.ts";

export const identity = { id: "agent:triage", kind: "ai_agent" } as const;
/** What both are given: who, which operation, which resource. Their patterns end in `.*`, the only ones that both have. */
export interface Rule {
  readonly operation: string;
  readonly resource: string;
}

export const ruleAt = (nth: number): Rule => ({
  operation: `tools.${String(nth)}.*`,
  resource: `crm/tickets-${String(nth)}`,
});

/** Calls for rules all over the list; one in five is to be denied. */
export function callsOf(rules: number): readonly RecordedAction[] {
  return Array.from({ length: 1000 }, (_, nth) => {
    const rule = (nth * 7919) % rules;
    const id = nth % 5 === 4 ? "crm/payroll" : ruleAt(rule).resource;
    return {
      kind: "tool_call",
      name: `tools.${String(rule)}.read`,
      resource: { id, kind: "db_table" },
      mutating: false,
      session: "run-4711",
      task: "TCK-1881",
    };
  });
}
