/** The two bodies this receiver answers with: ExportTraceServiceResponse and google.rpc.Status, in the request's encoding. */

export type Encoding = "otlp_proto" | "otlp_json";

export const contentTypes: Readonly<Record<Encoding, string>> = {
  otlp_proto: "application/x-protobuf",
  otlp_json: "application/json",
};

/** Messages quoted in one answer, and their bytes together: enough to see what is wrong, not a log. */
const messagesMax = 5;
const messageBytesMax = 2048;

/** Codes of google.rpc.Status by HTTP status; OTLP's clients may write them down and do not act on them. */
const rpcCodes: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  405: 12,
  408: 4,
  413: 3,
  415: 3,
  421: 7,
  429: 8,
  500: 13,
  503: 14,
};

/** Success. `partial_success` stays unset when there is nothing to say. */
export function exportResponse(encoding: Encoding, rejected: number, messages: readonly string[]): Buffer {
  const message = joined(messages);
  const isFull = rejected === 0 && message === "";
  if (encoding === "otlp_json") {
    // 64-bit integers are text in proto3's JSON.
    return json(isFull ? {} : { partialSuccess: { rejectedSpans: String(rejected), errorMessage: message } });
  }
  return isFull
    ? Buffer.alloc(0)
    : bytesField(1, Buffer.concat([intField(1, rejected), bytesField(2, Buffer.from(message))]));
}

/** Failure: what is wrong, for a developer to read. */
export function statusResponse(encoding: Encoding, httpStatus: number, message: string): Buffer {
  const code = rpcCodes[httpStatus] ?? 2;
  if (encoding === "otlp_json") return json({ code, message });
  return Buffer.concat([intField(1, code), bytesField(2, Buffer.from(message))]);
}

/** The first few different sentences, cut to a bounded number of bytes between two characters. */
function joined(messages: readonly string[]): string {
  const different = [...new Set(messages)];
  const more = different.length - messagesMax;
  const text = [...different.slice(0, messagesMax), ...(more > 0 ? [`And ${more} more.`] : [])].join(" ");
  const bytes = Buffer.from(text);
  if (bytes.length <= messageBytesMax) return text;
  const cut = bytes.subarray(0, messageBytesMax - 3).toString();
  return `${cut.replace(/\u{fffd}$/u, "")}…`;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** proto3 leaves a field out that has its default value. */
function intField(field: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.from([field << 3, ...varint(value)]);
}

function bytesField(field: number, value: Buffer): Buffer {
  if (value.length === 0) return value;
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(value.length)]), value]);
}

function varint(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}
