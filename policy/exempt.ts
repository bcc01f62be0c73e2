/** Thinking and starting up are no exercise of authority over anything. */
const exempt: ReadonlySet<string> = new Set(["model_call", "agent_run"]);

export const isExempt = (kind: string): boolean => exempt.has(kind);
