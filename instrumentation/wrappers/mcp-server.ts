import { SpanKind } from "@opentelemetry/api";
import { record } from "../action/record.ts";
import type { RecordedAction } from "../action/span-model.ts";
import { currentRuntime } from "../runtime.ts";
import { extract } from "../scope/carry.ts";
import { runAs, type RunAs } from "../scope/run-as.ts";
import { running } from "../scope/scope.ts";
import { failureIn, mcpAction, mcpCall, type McpRequest, toldAsResult } from "./mcp-action.ts";
import type { Method } from "./swap.ts";

/** The same handler, run within what the caller sent. */
export function served(handler: Method): Method {
  return new Proxy(handler, {
    apply: (target, self: unknown, args: unknown[]) => {
      const work = (): unknown => Reflect.apply(target, self, args);
      let call: Incoming;
      try {
        call = incoming(args);
      } catch {
        return work();
      }
      const { as, action } = call;
      return runAs(as, () => (action === undefined ? work() : handled(action, work, args[0] as McpRequest)));
    },
  });
}

function handled(action: RecordedAction, work: () => unknown, request: McpRequest): unknown {
  const result = record(action, work, failureIn, mcpCall(request));
  return currentRuntime()?.guard === undefined ? result : toldAsResult(result, request);
}

interface Incoming {
  readonly as: RunAs;
  /** Only where the caller told of none. */
  readonly action: RecordedAction | undefined;
}

/** What a handler is told beside the request: flat in version 1, in groups in version 2. Never the token in `authInfo`. */
interface Extra {
  readonly _meta?: Texts;
  readonly sessionId?: string;
  readonly authInfo?: { readonly clientId?: unknown };
  readonly requestInfo?: { readonly headers?: Texts };
  readonly mcpReq?: { readonly _meta?: Texts };
  readonly http?: {
    readonly authInfo?: { readonly clientId?: unknown };
    readonly req?: { readonly headers?: Headers };
  };
}

type Texts = Readonly<Record<string, unknown>>;

function incoming([request, told]: unknown[]): Incoming {
  const extra = (told ?? {}) as Extra;
  const meta = extra._meta ?? extra.mcpReq?._meta ?? {};
  const isTraced = typeof meta["traceparent"] === "string";
  const text = (name: string): string | undefined => {
    const header = extra.requestInfo?.headers?.[name] ?? extra.http?.req?.headers?.get(name) ?? undefined;
    const found = meta[name] ?? header;
    return typeof found === "string" ? found : undefined;
  };
  const carried = extract({ traceparent: text("traceparent"), baggage: text("baggage") });
  const client = (extra.authInfo ?? extra.http?.authInfo)?.clientId;
  const session = carried.scope.session ?? running().scope.session ?? extra.sessionId;
  const isAnonymous = carried.scope.chain === undefined;
  return {
    as: {
      carried,
      ...(isAnonymous && typeof client === "string" && { chain: [`oauth:${client}`] }),
      ...(session !== undefined && { session }),
    },
    action: isTraced ? undefined : actionOf(request),
  };
}

function actionOf(request: unknown): RecordedAction | undefined {
  const known = mcpAction(request);
  return known && { ...known, spanKind: SpanKind.SERVER };
}
