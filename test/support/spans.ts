/** Requests of OTLP as JSON: the shortest way to say what a test is about. */

/** A span of an action; anything may be left out or be wrong. */
export interface JsonSpan {
  readonly traceId?: unknown;
  readonly spanId?: unknown;
  readonly name?: unknown;
  readonly startTimeUnixNano?: unknown;
  readonly endTimeUnixNano?: unknown;
  readonly attributes?: unknown;
}

let made = 0;

/** Hex digits that no other span of this run has. */
export function newId(digits: number): string {
  made += 1;
  return `${process.pid.toString(16)}${made.toString(16).padStart(6, "0")}`
    .padStart(digits, "a")
    .slice(-digits);
}

/** A good span of an identity, made now; `more` replaces or adds parts. */
export function spanOf(attributes: Readonly<Record<string, unknown>>, more: JsonSpan = {}): JsonSpan {
  const now = `${String(Date.now())}000000`;
  return {
    traceId: newId(32),
    spanId: newId(16),
    name: "test",
    startTimeUnixNano: now,
    endTimeUnixNano: now,
    attributes: Object.entries({ "nhi.action.kind": "tool_call", ...attributes }).map(([key, value]) => ({
      key,
      value: valueOf(value),
    })),
    ...more,
  };
}

export function requestOfSpans(...spans: readonly JsonSpan[]): string {
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
}

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** Sends a body to the receiver as it is. */
export async function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const response = await fetch(`${url}/v1/traces`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** Asks the API. */
export async function ask(
  url: string,
  path: string,
  init: RequestInit = {},
): Promise<Answered & { readonly json: unknown }> {
  const response = await fetch(`${url}${path}`, init);
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, text, headers: response.headers, json };
}

function valueOf(value: unknown): unknown {
  if (Array.isArray(value)) return { arrayValue: { values: value.map((one: unknown) => valueOf(one)) } };
  return typeof value === "boolean" ? { boolValue: value } : { stringValue: value };
}
