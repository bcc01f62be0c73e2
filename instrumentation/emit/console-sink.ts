import { SpanStatusCode } from "@opentelemetry/api";
import type { LeavingSpan } from "./leaving.ts";
import type { SpanSink } from "./sink.ts";

/** Prints one line an action: when, who, what, on what, how it ended. For a developer's terminal. */
export function consoleSink(write: (line: string) => void): SpanSink {
  return {
    name: "console",
    trouble: undefined,
    send: (spans) => {
      for (const span of spans) {
        const line = lineOf(span);
        if (line !== undefined) write(line);
      }
      return Promise.resolve("sent");
    },
  };
}

/** Undefined for what is no action, or only begins to be one. */
function lineOf({ attributes, resource, startTime, status }: LeavingSpan): string | undefined {
  const kind = attributes["nhi.action.kind"];
  if (kind === undefined || attributes["nhi.phase"] === "start") return undefined;
  const who = attributes["nhi.identity.id"] ?? resource["nhi.identity.id"] ?? "?";
  const parts = [
    instant(startTime),
    who,
    kind,
    attributes["nhi.action.name"],
    attributes["nhi.resource.id"],
    from(attributes["nhi.resource.origin"]),
    status.code === SpanStatusCode.ERROR ? `failed: ${String(attributes["error.type"] ?? "")}` : "ok",
  ];
  return `${parts.filter((part) => part !== undefined).join("  ")}\n`;
}

function from(origin: unknown): string | undefined {
  return typeof origin === "string" ? `from ${origin}` : undefined;
}

/** A span of the host may say any instant, also one that is none. */
function instant([seconds, nanos]: LeavingSpan["startTime"]): string {
  const at = new Date(seconds * 1000 + Math.floor(nanos / 1_000_000));
  return Number.isNaN(at.getTime()) ? "?" : at.toISOString();
}
