import { SpanKind } from "@opentelemetry/api";
import { record } from "../action/record.ts";
import type { RecordedAction } from "../action/span-model.ts";
import { assessed } from "../action/traced-values.ts";
import { currentRuntime } from "../runtime.ts";
import { carriedHeaders } from "../scope/carry.ts";
import { running } from "../scope/scope.ts";
import { failureIn, mcpAction, mcpCall, type McpRequest, toldAsResult } from "./mcp-action.ts";
import type { Method } from "./swap.ts";

/** `request` of a client or server, which all its calls pass. */
export function called(original: Method, self: unknown, args: unknown[]): unknown {
  const [request, ...rest] = args;
  const work = (sent: unknown): unknown => Reflect.apply(original, self, [sent, ...rest]);
  let call: Call | undefined;
  try {
    call = running().quiet === true ? undefined : callOf(self, request);
  } catch {
    // A request that can't be read goes out unwatched.
  }
  if (call === undefined) return work(request);
  const { action, onValue, isTold } = call;
  const asked = request as McpRequest;
  const result = record(
    action,
    () => work(withMeta(asked, isTold)),
    (value) => {
      onValue?.(value);
      return failureIn(value);
    },
    mcpCall(asked),
  );
  return currentRuntime()?.guard === undefined ? result : toldAsResult(result, asked);
}

interface Call extends ReturnType<typeof assessed> {
  /** Whether the server may know by whom and for what it is called. */
  readonly isTold: boolean;
}

function callOf(self: unknown, request: unknown): Call | undefined {
  const known = mcpAction(request);
  if (known === undefined) return undefined;
  const { transport } = self as { transport?: Transport };
  const action: RecordedAction = {
    ...known,
    // A transport may send requests of its own; they are part of the call.
    covers: true,
    spanKind: SpanKind.CLIENT,
    attributes: { ...known.attributes, ...connection(transport) },
  };
  const given = (request as McpRequest).params?.["arguments"];
  return {
    ...assessed(action, given === undefined ? [] : [given]),
    isTold:
      isLocal(transport) || currentRuntime()?.propagateTo(addressOf(transport)?.hostname ?? "") === true,
  };
}

/** What is used of a transport; one over HTTP has an address, one to a program of ours a command, one within us its peer. */
interface Transport {
  readonly sessionId?: string;
  readonly _url?: unknown;
  readonly _serverParams?: unknown;
  readonly _otherTransport?: unknown;
}

function isLocal(transport: Transport | undefined): boolean {
  return transport?._serverParams !== undefined || transport?._otherTransport !== undefined;
}

function addressOf(transport: Transport | undefined): URL | undefined {
  const url = transport?._url;
  return typeof url === "object" && url !== null && "hostname" in url ? (url as URL) : undefined;
}

function connection(transport: Transport | undefined): NonNullable<RecordedAction["attributes"]> {
  const url = addressOf(transport);
  const session = transport?.sessionId;
  return {
    ...(typeof session === "string" && { "mcp.session.id": session }),
    ...(url === undefined ? {} : { "network.transport": "tcp", "server.address": url.hostname }),
    ...(transport?._serverParams !== undefined && { "network.transport": "pipe" }),
  };
}

/** The request with what is carried in `_meta` (SEP-414); what the host put there itself stays. */
function withMeta(request: McpRequest, isTold: boolean): McpRequest {
  const carried = carriedMeta(isTold);
  if (Object.keys(carried).length === 0) return request;
  try {
    const meta = request.params?.["_meta"];
    return { ...request, params: { ...request.params, _meta: { ...carried, ...Object(meta) } } };
  } catch {
    return request;
  }
}

/**
 * What a call carries in `_meta`: the open span, and where the server `isTold`, by whom and for what it is called. Nothing where
 * that can't be read.
 */
export function carriedMeta(isTold: boolean): Readonly<Record<string, string>> {
  try {
    const { traceparent, tracestate, baggage } = carriedHeaders();
    return {
      ...(traceparent !== undefined && { traceparent }),
      ...(tracestate !== undefined && { tracestate }),
      ...(isTold && baggage !== undefined && { baggage }),
    };
  } catch {
    return {};
  }
}
