import type { RecordedAction } from "../action/span-model.ts";
import { quietly } from "../quietly.ts";
import { currentRuntime } from "../runtime.ts";
import type { GuardDecision } from "./decision.ts";

export type { GuardDecision } from "./decision.ts";

/** Nobody decides. */
const off: GuardDecision = {
  verdict: "allow",
  reason: "guard_off",
  message: "",
  ageMs: undefined,
  grantId: "",
  policyId: "",
  policyVersion: "",
};

/**
 * Asks what may happen to an action, in this very turn and without running it: allow, deny, or ask, which is a person's to say.
 * Functions that run actions (`record`, `tool`, …) ask by themselves. Never throws.
 *
 * @example
 * const { verdict, message } = guard({ kind: "tool_call", name: "tickets.delete", resource: { id: "crm/tickets", kind: "db_table" } });
 * if (verdict !== "allow") return message;
 */
export function guard(action: RecordedAction): GuardDecision {
  const on = currentRuntime()?.guard;
  if (on === undefined) return off;
  return (
    quietly(() => on.decide(action)) ?? quietly(() => on.failed(action)) ?? { ...off, reason: "guard_failed" }
  );
}
