/** A span in plain objects: what a sender means by it, and what the detector reads of it. */
import type { AttributeValue } from "../../detector/decode/index.ts";

/** A span as its sender has it in mind. */
export interface Span {
  readonly index: number;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** 16 lower-case hex digits, or "" for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: "unspecified" | "internal" | "server" | "client" | "producer" | "consumer";
  /** Microseconds since 1970. */
  readonly startedAtUs: number;
  readonly endedAtUs: number;
  readonly status: "unset" | "ok" | "error";
  readonly attributes: ReadonlyMap<string, AttributeValue>;
  readonly resource: ReadonlyMap<string, AttributeValue>;
  readonly scopeName: string;
}

/** A span as it is read: values are texts, lists of texts besides, and what it doesn't say comes from its resource. */
export interface ReadSpan extends Omit<Span, "attributes" | "resource"> {
  readonly attributes: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

/** What must be read of a span by whoever reads `names`. */
export function asRead(span: Span, names: readonly string[]): ReadSpan {
  const { attributes: own, resource, ...rest } = span;
  const attributes = new Map<string, string>();
  const lists = new Map<string, readonly string[]>();
  for (const name of names) {
    const value = own.get(name) ?? resource.get(name) ?? null;
    if (value === null) continue;
    attributes.set(name, asText(value));
    const texts = Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
    if (texts.length > 0) lists.set(name, texts);
  }
  return { ...rest, attributes, lists };
}

/** A value as text. */
export function asText(value: AttributeValue): string {
  return typeof value === "string"
    ? value
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
}
