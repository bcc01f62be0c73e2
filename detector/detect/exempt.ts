import type { ActionKind } from "../../schemas/index.ts";

/** Thinking and starting up are no exercise of authority over anything. */
const exempt: ReadonlySet<ActionKind> = new Set<ActionKind>(["model_call", "agent_run"]);

export const isExempt = (kind: ActionKind): boolean => exempt.has(kind);
