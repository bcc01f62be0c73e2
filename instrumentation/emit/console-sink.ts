import { SpanStatusCode } from "@opentelemetry/api";
import type { LeavingSpan } from "./leaving.ts";
import type { SpanSink } from "./sink.ts";

const dim = 2;
const red = 31;

/** Prints one line an action: when, who, what, on what, how it ended. For a developer's terminal. */
export function consoleSink(write: (line: string) => void, hasColors = false): SpanSink {
  const colour = (text: string, code: number): string =>
    hasColors ? `\u001B[${String(code)}m${text}\u001B[0m` : text;
  const lineOf = (span: LeavingSpan): string => {
    const failed = plain(`failed: ${String(span.attributes["error.type"] ?? "")}`);
    const outcome = span.status.code === SpanStatusCode.ERROR ? colour(failed, red) : colour("ok", dim);
    return `${[colour(instant(span.startTime), dim), ...partsOf(span), outcome].join("  ")}\n`;
  };
  return {
    name: "console",
    trouble: undefined,
    send: (spans) => {
      for (const span of spans) {
        const { attributes } = span;
        if (attributes["nhi.action.kind"] === undefined || attributes["nhi.phase"] === "start") continue;
        write(lineOf(span));
      }
      return Promise.resolve("sent");
    },
  };
}

function partsOf({ attributes, resource }: LeavingSpan): string[] {
  const who = attributes["nhi.identity.id"] ?? resource["nhi.identity.id"] ?? "?";
  const origin = attributes["nhi.resource.origin"];
  return [
    who,
    attributes["nhi.action.kind"],
    attributes["nhi.action.name"],
    attributes["nhi.resource.id"],
    ...(origin === undefined ? [] : [`from ${String(origin)}`]),
  ].flatMap((part) => (part === undefined ? [] : [plain(String(part))]));
}

/** A span of the host may say any instant, also one that is none. */
function instant([seconds, nanos]: LeavingSpan["startTime"]): string {
  const at = new Date(seconds * 1000 + Math.floor(nanos / 1_000_000));
  return Number.isNaN(at.getTime()) ? "?" : at.toISOString();
}

/** Names come from anywhere; none of them moves the cursor or turns the direction of writing. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "·");
}
