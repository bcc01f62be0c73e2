import { TextDecoder } from "node:util";
import { membersIn, membersOf } from "./json-text.ts";

/** What the client wrote on one line, as far as the proxy minds. */
export type ClientMessage =
  /** Passes as it is. */
  | { readonly what: "other" }
  /** A request that is an action, or would be if it could be read. */
  | { readonly what: "action"; readonly text: string; readonly request: ActionRequest }
  /** Which call the client gave up. */
  | { readonly what: "cancelled"; readonly id: unknown }
  | { readonly what: "refused"; readonly id: Id | null; readonly code: number; readonly why: string };

/** Id of a request; of one that is answered by nobody, undefined. */
export type Id = string | number | undefined;

export interface ActionRequest {
  readonly id: Id;
  readonly method: string;
  readonly params: Members;
  /** `_meta` of the parameters; empty where there is none. */
  readonly meta: Members;
}

type Members = Readonly<Record<string, unknown>>;

/** Errors of JSON-RPC 2.0, and one of ours for what the guard denied. */
export const codes = {
  parse: -32_700,
  invalid: -32_600,
  params: -32_602,
  internal: -32_603,
  denied: -32_003,
};

/** Methods that are actions, and the parameter that names what is acted on. */
const actions: ReadonlyMap<unknown, string> = new Map([
  ["tools/call", "name"],
  ["resources/read", "uri"],
  ["prompts/get", "name"],
]);

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const names = ["jsonrpc", "id", "method", "params", "result", "error"];
const carriageReturn = 0x0d;

/**
 * Reads a line as strictly as any server may: what two readers might take for two different things is refused, as the guard would
 * judge the one and the server do the other. Some servers take the first of two members of one name, some mind no case of letters,
 * and some end a line at a carriage return.
 */
export function readClientLine(line: Buffer): ClientMessage {
  let text: string;
  let message: unknown;
  try {
    text = strict.decode(line).trimEnd();
    // An empty line says nothing to anybody.
    if (text === "") return { what: "other" };
    message = JSON.parse(text);
  } catch {
    return refuse(codes.parse, "The line is not JSON.");
  }
  if (Array.isArray(message)) return refuse(codes.invalid, "Batches are not passed on.");
  if (!isObject(message)) return refuse(codes.invalid, "The line is no message.");
  const id = idOf(message["id"]);
  if (line.subarray(0, Buffer.byteLength(text)).includes(carriageReturn))
    return refuse(codes.invalid, "There is a line end within the message.", id);
  if (membersIn(text) !== membersOf(message))
    return refuse(codes.invalid, "A name is given twice within an object.", id);
  if (hasTwin(message, names)) return refuse(codes.invalid, "A name is not in its letters' case.", id);
  const { method, params } = message;
  if (method === "notifications/cancelled")
    return { what: "cancelled", id: isObject(params) ? params["requestId"] : undefined };
  return actions.has(method) ? readAction(text, message) : { what: "other" };
}

/** A call: what can't be read of it can't be judged. */
function readAction(text: string, message: Members): ClientMessage {
  const { method, params } = message;
  const id = idOf(message["id"]);
  if ("id" in message && id === null) return refuse(codes.invalid, "The id is no text and no number.");
  const named = actions.get(method) ?? "";
  const unreadable = refuse(codes.params, `The parameters of ${String(method)} can't be read.`, id);
  if (!isObject(params) || typeof params[named] !== "string") return unreadable;
  const { _meta: meta = {} } = params;
  if (!isObject(meta) || hasTwin(params, [named, "arguments", "_meta"])) return unreadable;
  return { what: "action", text, request: { id: id ?? undefined, method: String(method), params, meta } };
}

function refuse(code: number, why: string, id: Id | null = null): ClientMessage {
  return { what: "refused", code, why, id };
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function idOf(id: unknown): string | number | null {
  return typeof id === "string" || typeof id === "number" ? id : null;
}

/** Whether a name stands there that is one of these but for the case of its letters. */
function hasTwin(members: Members, own: readonly string[]): boolean {
  return Object.keys(members).some(
    (name) => !own.includes(name) && own.includes(name.normalize("NFKC").toLowerCase()),
  );
}

/** What the server answered to a request of the client; undefined of everything else it may say. */
export interface Answer {
  readonly id: string | number;
  readonly result: unknown;
  readonly error: unknown;
}

/** Reads a line of the server; what can't be read is the client's to see. */
export function readAnswer(line: Buffer): Answer | undefined {
  try {
    const message: unknown = JSON.parse(line.toString("utf8"));
    if (!isObject(message) || "method" in message) return undefined;
    const { id, result, error } = message;
    return typeof id === "string" || typeof id === "number" ? { id, result, error } : undefined;
  } catch {
    return undefined;
  }
}
