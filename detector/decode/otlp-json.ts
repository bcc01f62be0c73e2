import { isUtf8 } from "node:buffer";
import { quoteLongIntegers, scanJson } from "./json-scan.ts";
import { type DecodeLimits, defaultLimits } from "./limits.ts";
import { type Field, type MessageName, messages } from "./otlp-messages.ts";
import { writeScalar } from "./otlp-scalars.ts";
import { ReverseWriter } from "./writer.ts";

export type Transcoded =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: "malformed" | "nested_too_deep"; readonly message: string };

/**
 * Rewrites an OTLP/JSON trace request (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding) as protobuf, so
 * that one decoder has to be right and the log holds one encoding. Unknown fields are dropped, `null` is an absent
 * field, a wrong type refuses the request and names its JSON path. An id that is not hex becomes one of a wrong
 * length, which costs its span alone when it is decoded. Never throws.
 *
 * @example
 * const made = protobufFromJson(body);
 * if (made.ok) decodeTraces(made.bytes);
 */
export function protobufFromJson(text: Uint8Array, limits: DecodeLimits = defaultLimits): Transcoded {
  if (!isUtf8(text)) return malformed("The body is not valid UTF-8.");
  const scan = scanJson(text, limits.jsonDepthMax, limits.jsonMembersMax);
  if (scan.depth > limits.jsonDepthMax) {
    const message = `The JSON is nested deeper than ${limits.jsonDepthMax} levels.`;
    return { ok: false, reason: "nested_too_deep", message };
  }
  if (scan.members > limits.jsonMembersMax)
    return malformed(`An object has more than ${limits.jsonMembersMax} members.`);
  const parsed = parse(quoteLongIntegers(text, scan.longIntegers));
  if (parsed === undefined) return malformed("The body is not JSON.");
  const writer = new ReverseWriter();
  const wrong = writeMessage(writer, "request", parsed.value);
  return wrong === undefined ? { ok: true, bytes: writer.finish() } : malformed(sentence(wrong));
}

const malformed = (message: string): Transcoded => ({ ok: false, reason: "malformed", message });

/** What is wrong and where; the path is put together on the way out of the nesting. */
interface Wrong {
  readonly path: string;
  readonly needed: string;
}

function sentence({ path, needed }: Wrong): string {
  return path === "" ? `The body is not ${needed}.` : `${path.replace(/^\./u, "")} is not ${needed}.`;
}

/** The parser's own message quotes the text and so is not passed on. */
function parse(text: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return {
      value: JSON.parse(Buffer.from(text.buffer, text.byteOffset, text.length).toString("utf8")) as unknown,
    };
  } catch {
    return undefined;
  }
}

/** Fields from the last to the first, as everything is written in reverse. Depth is bounded by the scan before. */
function writeMessage(writer: ReverseWriter, name: MessageName, value: unknown): Wrong | undefined {
  if (!isObject(value)) return { path: "", needed: "an object" };
  const fields = messages[name];
  for (let at = fields.length - 1; at >= 0; at -= 1) {
    const field = fields[at]!;
    // An inherited property is nobody's field, and a key "__proto__" is an unknown field like any other.
    const given = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
    if (given === undefined || given === null) continue;
    const wrong = writeField(writer, field, given);
    if (wrong !== undefined) return { path: `.${field.name}${wrong.path}`, needed: wrong.needed };
  }
  return undefined;
}

function writeField(writer: ReverseWriter, { number, type }: Field, value: unknown): Wrong | undefined {
  if (typeof type === "string") {
    const needed = writeScalar(writer, number, type, value);
    return needed === undefined ? undefined : { path: "", needed };
  }
  if (!type.repeated) return writeNested(writer, number, type.message, value);
  if (!Array.isArray(value)) return { path: "", needed: "an array" };
  for (let at = value.length - 1; at >= 0; at -= 1) {
    const wrong = writeNested(writer, number, type.message, value[at]);
    if (wrong !== undefined) return { path: `[${at}]${wrong.path}`, needed: wrong.needed };
  }
  return undefined;
}

function writeNested(
  writer: ReverseWriter,
  number: number,
  name: MessageName,
  value: unknown,
): Wrong | undefined {
  const before = writer.length;
  const wrong = writeMessage(writer, name, value);
  writer.varint(BigInt(writer.length - before));
  writer.varint(BigInt(number * 8 + 2));
  return wrong;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
