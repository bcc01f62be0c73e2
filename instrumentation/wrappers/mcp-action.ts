import { ActionDenied } from "../guard/denied.ts";
import { isPromise } from "node:util/types";
import type { Call } from "../guard/gate.ts";
import type { Failure } from "../action/begin.ts";
import type { RecordedAction } from "../action/span-model.ts";
import { urlShape } from "../redact/url-shape.ts";

/** A request of the Model Context Protocol, as both sides of it hold one. */
export interface McpRequest {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** The action that a request is; undefined of those that look around or keep the connection. */
export function mcpAction(request: unknown): RecordedAction | undefined {
  if (typeof request !== "object" || request === null) return undefined;
  const { method = "", params } = request as Partial<McpRequest>;
  const { name, uri } = params ?? {};
  switch (method) {
    case "tools/call":
      return typeof name === "string"
        ? { kind: "tool_call", name, attributes: { "mcp.method.name": method } }
        : undefined;
    case "resources/read":
      if (typeof uri !== "string") return undefined;
      return look(method, { id: urlShape(uri), kind: "mcp_resource" });
    case "prompts/get":
      return typeof name === "string" ? look(method, { id: name, kind: "mcp_prompt" }) : undefined;
    default:
      return undefined;
  }
}

function look(method: string, resource: { readonly id: string; readonly kind: string }): RecordedAction {
  const attributes = { "mcp.method.name": method };
  return { kind: "resource_access", name: method, resource, mutating: false, attributes };
}

/** A tool says by its result that it failed; the word is the convention's. */
export function failureIn(result: unknown): Failure | undefined {
  const isError = typeof result === "object" && result !== null && Reflect.get(result, "isError") === true;
  return isError ? { type: "tool_error" } : undefined;
}

/** A model is told by a result why its call did not run; whoever reads resources or prompts hears of it as an error. */
export function toldAsResult(result: unknown, request: McpRequest): unknown {
  if (request.method !== "tools/call" || !isPromise(result)) return result;
  return result.catch((error: unknown) => {
    if (!(error instanceof ActionDenied)) throw error;
    return { isError: true, content: [{ type: "text", text: error.message }] };
  });
}

/** What a guard is told of a request. */
export function mcpCall({ params }: McpRequest): Call {
  return { isAwaited: true, args: () => ({ ...Object(params?.["arguments"]) }) };
}
