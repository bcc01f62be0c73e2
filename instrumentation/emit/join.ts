import { trace, type TracerProvider } from "@opentelemetry/api";
import type { OpenSpans } from "./processor.ts";

/** Parts of a tracer provider that take a span processor, by the lines of OpenTelemetry's SDK. */
interface Joinable extends TracerProvider {
  /** The API's own, which stands for the one that is registered. */
  getDelegate?(): TracerProvider;
  /** SDK 1.x. */
  addSpanProcessor?(processor: unknown): void;
  /** SDK 2.x and 3.x take none later on; their list of processors is read at each span. */
  readonly _activeSpanProcessor?: { readonly _spanProcessors?: unknown[] };
}

/** Has the host's OpenTelemetry SDK tell us of its spans; says whether it will. */
export function join(provider: TracerProvider, spans: OpenSpans): boolean {
  const { getDelegate } = provider as Joinable;
  const joinable = (getDelegate === undefined ? provider : getDelegate.call(provider)) as Joinable;
  const list = joinable._activeSpanProcessor?._spanProcessors;
  if (Array.isArray(list)) {
    if (!list.includes(spans)) list.push(spans);
    return true;
  }
  if (typeof joinable.addSpanProcessor !== "function") return false;
  joinable.addSpanProcessor(spans);
  return true;
}

/** Takes us off the host's SDK again. */
export function leave(provider: TracerProvider, spans: OpenSpans): void {
  const { getDelegate } = provider as Joinable;
  const joinable = (getDelegate === undefined ? provider : getDelegate.call(provider)) as Joinable;
  const list = joinable._activeSpanProcessor?._spanProcessors;
  const at = list?.indexOf(spans) ?? -1;
  if (at !== -1) list?.splice(at, 1);
}

/**
 * Joins the SDK that is registered, and any that is registered later. `beforeOther` is called before a later one is, so
 * that whoever holds its place can step aside. Gives back what undoes it.
 */
export function joinNowAndLater(spans: OpenSpans, beforeOther: () => void = () => undefined): () => void {
  const joined = new Set<TracerProvider>();
  const take = (provider: TracerProvider): void => {
    if (join(provider, spans)) joined.add(provider);
  };
  take(trace.getTracerProvider());
  const register = trace.setGlobalTracerProvider;
  const watched: typeof register = function watched(this: typeof trace, provider) {
    beforeOther();
    const isSet = register.call(this, provider);
    if (isSet) take(provider);
    return isSet;
  };
  trace.setGlobalTracerProvider = watched;
  return () => {
    if (trace.setGlobalTracerProvider === watched) trace.setGlobalTracerProvider = register;
    for (const provider of joined) leave(provider, spans);
  };
}
