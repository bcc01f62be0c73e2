import { context, type Context, type Span, SpanKind, trace } from "@opentelemetry/api";
import type { RecordedAction } from "../../instrumentation/index.ts";

let nth = 0;

/** An action as an agent's code tells it: 15 attributes. */
export function anAction(): RecordedAction {
  nth += 1;
  return {
    kind: "tool_call",
    name: "tickets.create",
    identity: { id: "agent:triage", kind: "ai_agent", owner: "team:support" },
    resource: { id: `crm/tickets/${nth % 1000}`, kind: "db_table", origin: "prompt" },
    mutating: true,
    session: "run-4711",
    task: "TCK-1881",
    grant: "support-agents",
    chain: ["user:ana@acme.example", "agent:triage"],
  };
}

/** The same by hand, as OpenTelemetry's users write it. */
export function bareSpan<T>(tracer: ReturnType<typeof trace.getTracer>, work: () => T): T {
  nth += 1;
  const active: Context = context.active();
  const span: Span = tracer.startSpan(
    "execute_tool tickets.create",
    {
      kind: SpanKind.INTERNAL,
      attributes: {
        "nhi.action.kind": "tool_call",
        "nhi.action.name": "tickets.create",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "tickets.create",
        "nhi.identity.id": "agent:triage",
        "nhi.identity.kind": "ai_agent",
        "nhi.identity.owner": "team:support",
        "nhi.resource.id": `crm/tickets/${nth % 1000}`,
        "nhi.resource.kind": "db_table",
        "nhi.resource.origin": "prompt",
        "nhi.action.mutating": true,
        "nhi.session.id": "run-4711",
        "nhi.task.id": "TCK-1881",
        "nhi.grant.id": "support-agents",
        "nhi.chain": ["user:ana@acme.example", "agent:triage"],
      },
    },
    active,
  );
  return context.with(trace.setSpan(active, span), () => {
    try {
      return work();
    } finally {
      span.end();
    }
  });
}
