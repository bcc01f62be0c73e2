import type { RecordedAction } from "../../instrumentation/index.ts";
import type { ControlRecord } from "../../schemas/index.ts";
import { grantOf } from "../../test/support/policy-double.ts";

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

/** The same as a service's control log has it: what nobody granted is denied. */
export function controlLogOf(rules: number): readonly ControlRecord[] {
  const common = { tenant: "default", author: "user:ana", atUs: 0 } as const;
  const grants = Array.from({ length: rules }, (_, nth): ControlRecord => {
    const { operation, resource } = ruleAt(nth);
    const scope = { operations: [operation], resources: [resource] };
    return {
      kind: "grant_given",
      ...common,
      grant: grantOf({ id: `g${String(nth)}`, grantee: identity.id, ...scope }),
    };
  });
  return [{ kind: "guard_set", ...common, defaults: { ungranted: "deny", uncovered: "deny" } }, ...grants];
}

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
