import { context, propagation, type SpanContext, trace, TraceFlags } from "@opentelemetry/api";
import { redactor } from "../redact/redactor.ts";
import { currentRuntime } from "../runtime.ts";
import type { Carried } from "./run-as.ts";
import { running, type Scope } from "./scope.ts";
import { readBaggage, writeBaggage } from "./baggage.ts";
import { openScope, sealScope } from "./sealed-scope.ts";

/** Headers as they are written and read; names in lower case. */
export type Carrier = Headers | Record<string, string | readonly string[] | undefined>;

/**
 * Writes the open span and the path of who acts for whom into headers, `_meta` or environment variables, in the form of
 * W3C trace context and baggage: ids only, bounded, and sealed where a chain key is set. Gives the carrier back.
 *
 * @example
 * await fetch(url, { headers: inject({ accept: "application/json" }) });
 */
export function inject<C extends object>(carrier: C): C {
  try {
    const headers = carriedHeaders();
    if (isHeaders(carrier)) for (const name in headers) carrier.set(name, headers[name] ?? "");
    else Object.assign(carrier, headers);
  } catch {
    // Nothing is carried; the call goes out all the same.
  }
  return carrier;
}

/** What `inject` writes. */
export function carriedHeaders(): Record<string, string> {
  const { scope, span } = running();
  const written: Record<string, string> = {};
  propagation.inject(context.active(), written);
  const open = (trace.getActiveSpan() ?? span)?.spanContext();
  if (written["traceparent"] === undefined && open !== undefined && trace.isSpanContextValid(open)) {
    const flags = (open.traceFlags & 0xff).toString(16).padStart(2, "0");
    written["traceparent"] = `00-${open.traceId}-${open.spanId}-${flags}`;
  }
  const told = withoutSecrets(withSelf(scope));
  const key = currentRuntime()?.chainKey;
  const nowMs = currentRuntime()?.clock.nowMs() ?? 0;
  const sealed = key === undefined ? undefined : sealScope(told, open?.traceId ?? "", key, nowMs);
  const baggage = writeBaggage(told, sealed, written["baggage"]);
  if (baggage !== "") written["baggage"] = baggage;
  return written;
}

/**
 * Reads what another process wrote with `inject`, for `runAs({ carried })`. It is the sender's word, unless it was sealed
 * with our chain key. Never throws; of what is malformed nothing is taken.
 *
 * @example
 * http.createServer((request, response) => runAs({ carried: extract(request.headers) }, () => answer(request, response)));
 */
export function extract(carrier: Carrier): Carried {
  try {
    const parent = parentOf(textIn(carrier, "traceparent"));
    const { scope: claimed, sealed } = readBaggage(textIn(carrier, "baggage") ?? "");
    const runtime = currentRuntime();
    const proven =
      sealed === undefined || runtime?.chainKey === undefined
        ? undefined
        : openScope(sealed, parent?.traceId ?? "", runtime.chainKey, runtime.clock.nowMs());
    const { chainId } = claimed;
    const scope = proven === undefined ? claimed : { ...proven, ...(chainId !== undefined && { chainId }) };
    const isChained = scope.chain !== undefined;
    return {
      scope: { ...scope, ...(isChained && { chainVerified: proven !== undefined }) },
      ...(parent && { parent }),
    };
  } catch {
    return { scope: {} };
  }
}

/** Where nothing runs that has a key. */
const unkeyed = redactor();

/** Ids are given by developers, and one may be careless; whoever is called need not know. */
function withoutSecrets(scope: Scope): Scope {
  const { chainId, chain, task, grant, session } = scope;
  const clean = currentRuntime()?.redactor ?? unkeyed;
  // oxlint-disable-next-line typescript/no-unnecessary-type-conversion -- Ids are often numbers, whatever the types say.
  const text = (id: string, key?: string): string => clean.text(String(id), key);
  return {
    ...scope,
    ...(chainId !== undefined && { chainId: text(chainId) }),
    ...(chain && { chain: chain.map((hop) => text(hop)) }),
    ...(task !== undefined && { task: text(task) }),
    ...(grant !== undefined && { grant: text(grant) }),
    ...(session !== undefined && { session: text(session, "session.id") }),
  };
}

/** Whoever receives it is told by whom it was sent. */
function withSelf(scope: Scope): Scope {
  const self = scope.identity?.id ?? currentRuntime()?.identity()?.id;
  const { chain = [] } = scope;
  if (self === undefined || chain.at(-1) === self) return scope;
  return { ...scope, chain: [...chain, self] };
}

/** Headers of Node are in lower case; environment variables are not. */
function textIn(carrier: Carrier, name: string): string | undefined {
  if (isHeaders(carrier)) return carrier.get(name) ?? undefined;
  const value = carrier[name] ?? carrier[name.toUpperCase()];
  return typeof value === "string" ? value : value?.join(",");
}

/** By what it can do: to name its class loads all of `fetch`. */
function isHeaders(carrier: object): carrier is Headers {
  return "get" in carrier && typeof carrier.get === "function" && "set" in carrier;
}

/** https://www.w3.org/TR/trace-context/ */
const traceparent = /^(?!ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-|$)/u;

function parentOf(text: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = traceparent.exec(text?.trim() ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  const parent = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  };
  return trace.isSpanContextValid(parent) ? parent : undefined;
}
