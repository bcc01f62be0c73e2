import type { SpanSink } from "./sink.ts";

/** Prints one line an action: when, who, what, on what, how it ended. For a developer's terminal. */
export function consoleSink(write: (line: string) => void): SpanSink {
  return {
    name: "console",
    trouble: undefined,
    send: async (spans) => {
      for (const { attributes, resource, startTime, status } of spans) {
        const kind = attributes["nhi.action.kind"];
        if (kind === undefined || attributes["nhi.phase"] === "start") continue;
        const [seconds, nanos] = startTime;
        const at = new Date(seconds * 1000 + Math.floor(nanos / 1_000_000)).toISOString();
        const who = attributes["nhi.identity.id"] ?? resource["nhi.identity.id"] ?? "?";
        const parts = [at, who, kind, attributes["nhi.action.name"], attributes["nhi.resource.id"]];
        const origin = attributes["nhi.resource.origin"];
        const outcome = status.code === 2 ? `failed: ${String(attributes["error.type"] ?? "")}` : "ok";
        const told = parts.filter((part) => part !== undefined).map(String);
        write(
          `${[...told, ...(origin === undefined ? [] : [`from ${String(origin)}`]), outcome].join("  ")}\n`,
        );
      }
      return "sent";
    },
  };
}
