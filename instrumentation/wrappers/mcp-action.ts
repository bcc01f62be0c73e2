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
