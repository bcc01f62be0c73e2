import { type Attributes, type Span, trace } from "@opentelemetry/api";
import { begin, type Recording } from "../action/begin.ts";
import { type RecordedAction, spanAttributes } from "../action/span-model.ts";
import { assessed } from "../action/traced-values.ts";
import { urlShape } from "../redact/url-shape.ts";
import { currentRuntime } from "../runtime.ts";
import { carriedHeaders } from "../scope/carry.ts";
import { enter } from "../scope/enter.ts";
import { isCovered, running } from "../scope/scope.ts";
import { vaultAction } from "./vault.ts";

/** A request on its way out, whatever library makes it. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  /** Host and port, in lower case. */
  readonly host: string;
  /** Text of a header that the host set; names in lower case. */
  header(name: string): string | undefined;
  /** Adds a header beside those that are there. */
  add(name: string, value: string): void;
}

/** Spans of the host's own instrumentation whose request was seen: each stands for one. */
export const claimed = new WeakSet<Span>();

/** Methods of RFC 9110 and its additions; any other would make a name of its own. */
const methods = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "QUERY"]);
const mutating = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/**
 * Begins the action that a request is, and tells the called service by whom and for what it is called, where that may be
 * known there. Undefined where it is no action of its own: a part of another, or one that the host's own
 * instrumentation, `by`, makes a span for. `passed`: the action as the guard let it through.
 */
export function beginRequest(
  request: OutgoingRequest,
  by?: Span,
  passed?: RecordedAction,
): Recording | undefined {
  if (running().quiet === true) return undefined;
  const recording = by === undefined && !isCovered() ? begin(passed ?? requestAction(request)) : undefined;
  if (by !== undefined) decorate(by, request, passed);
  carry(request, recording?.span ?? by);
  return recording;
}

/** The action that a request is. */
export function requestAction(request: OutgoingRequest): RecordedAction {
  const { url, host } = request;
  const method = methods.has(request.method) ? request.method : "_OTHER";
  const shape = urlShape(url);
  const known: RecordedAction = vaultAction(request) ?? {
    kind: "resource_access",
    name: `http.${method.toLowerCase()}`,
    resource: { id: shape, kind: "http_endpoint" },
    mutating: mutating.has(method),
  };
  const attributes = { "http.request.method": method, "url.full": shape, "server.address": nameOf(host) };
  return assessed({ ...known, attributes }, [{ url }]).action;
}

/** What nobody else knows of the request goes on their span. */
function decorate(span: Span, request: OutgoingRequest, passed?: RecordedAction): void {
  const known = vaultAction(request);
  if (passed !== undefined) span.setAttributes(decisionIn(passed));
  if (known !== undefined) span.setAttributes(spanAttributes(known));
}

function decisionIn({ attributes = {} }: RecordedAction): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => decisive.test(name)));
}

const decisive = /^nhi\.(?:decision\.|approval\.id$|action\.digest$)/u;

/**
 * Adds what is carried. Headers that the host set itself stay as they are; a list of ours is added to the host's own.
 * `names`: these alone.
 */
export function carry(request: OutgoingRequest, span: Span | undefined, names?: readonly string[]): void {
  if (currentRuntime()?.propagateTo(nameOf(request.host)) !== true) return;
  const open = span ?? trace.getActiveSpan() ?? running().span;
  const headers =
    open === undefined ? carriedHeaders() : enter({ ...running(), span: open }, open, carriedHeaders);
  for (const [name, value] of Object.entries(headers)) {
    if (names?.includes(name) === false) continue;
    const there = request.header(name);
    if (there === undefined || (name === "baggage" && !there.includes("nhi."))) request.add(name, value);
  }
}

/** Without the port. */
function nameOf(host: string): string {
  return host.replace(/:\d+$/u, "");
}

/** Ends the action that a request is with what the service answered. */
export function endRequest(recording: Recording, status: number): void {
  recording.span.setAttribute("http.response.status_code", status);
  recording.end(status >= 400 ? { type: String(status) } : undefined);
}

/** Errors of Node have a code, a word of their own for what went wrong, a DOMException has a name; others their class. */
export function failRequest(recording: Recording, error: unknown): void {
  const { code, name } = Object(error) as { code?: unknown; name?: unknown };
  const word = typeof code === "number" ? name : code;
  recording.end(typeof word === "string" && /^[A-Z]\w{2,63}$/u.test(word) ? { type: word } : { error });
}
