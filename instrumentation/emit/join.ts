/* oxlint-disable no-underscore-dangle -- The insides of an SDK that has no door for a processor that comes later. */
import { context, trace, type TracerProvider } from "@opentelemetry/api";
import type { OpenSpans } from "./processor.ts";
import { type Api, onceRegistered, watchApi } from "./registration.ts";

/** Parts of a tracer provider that take a span processor, by the lines of OpenTelemetry's SDK. */
interface Joinable extends TracerProvider {
  /** The API's own, which stands for the one that is registered. */
  getDelegate?(): TracerProvider;
  /** SDK 1.x. */
  addSpanProcessor?(processor: unknown): void;
  readonly _registeredSpanProcessors?: unknown[];
  readonly activeSpanProcessor?: ProcessorList;
  /** SDK 2.x and 3.x take none later on; their list of processors is read at each span. */
  readonly _activeSpanProcessor?: ProcessorList;
}

interface ProcessorList {
  _spanProcessors?: unknown[];
}

function behind(provider: TracerProvider): Joinable {
  const proxy: Joinable = provider;
  return proxy.getDelegate?.() ?? proxy;
}

/** Has the host's OpenTelemetry SDK tell us of its spans; says whether it will. */
function join(provider: TracerProvider, spans: OpenSpans): boolean {
  const joinable = behind(provider);
  const processor = joinable._activeSpanProcessor;
  if (Array.isArray(processor?._spanProcessors)) {
    // A list of its own: the one that is there is the host's, which may have frozen it or use it twice.
    const others = processor._spanProcessors.filter((one) => one !== spans);
    processor._spanProcessors = [...others, spans];
    return true;
  }
  if (typeof joinable.addSpanProcessor !== "function") return false;
  if (joinable._registeredSpanProcessors?.includes(spans) !== true) joinable.addSpanProcessor(spans);
  return true;
}

/** Takes us off the host's SDK again. */
function leave(provider: TracerProvider, spans: OpenSpans): void {
  const { _activeSpanProcessor, activeSpanProcessor, _registeredSpanProcessors } = behind(provider);
  for (const one of [_activeSpanProcessor, activeSpanProcessor]) {
    if (one?._spanProcessors?.includes(spans) === true)
      one._spanProcessors = one._spanProcessors.filter((other) => other !== spans);
  }
  const at = _registeredSpanProcessors?.indexOf(spans) ?? -1;
  if (at !== -1) _registeredSpanProcessors?.splice(at, 1);
}

/** What else is done when the host registers an SDK. */
export interface Joining {
  /** Before it does, so that whoever holds its place can step aside. */
  readonly beforeOther?: (() => void) | undefined;
  /** After it did. */
  readonly afterOther?: ((provider: TracerProvider) => void) | undefined;
}

/** Where SDKs are joined. */
export interface Joint {
  /** Joins what is registered through another copy of OpenTelemetry's API, too. Gives back what undoes it. */
  watch(api: Api): () => void;
  /** Takes us off all SDKs. */
  separate(): void;
}

/** Joins the SDK that is registered, and any that is registered later. */
export function joinNowAndLater(spans: OpenSpans, { beforeOther, afterOther }: Joining = {}): Joint {
  const joined = new Set<TracerProvider>();
  const take = (provider: TracerProvider): void => {
    try {
      if (join(provider, spans)) joined.add(provider);
    } catch {
      // Its inside is not what we know, or can't be changed: our own spans tell of actions all the same.
    }
  };
  const after = (provider: TracerProvider): void => {
    take(provider);
    afterOther?.(provider);
  };
  take(trace.getTracerProvider());
  const watch = (api: Api): (() => void) => watchApi(api, { before: () => beforeOther?.(), after });
  const undos = [watch({ trace, context }), onceRegistered(after)];
  return {
    watch,
    separate: () => {
      for (const undo of undos) undo();
      for (const provider of joined) leave(provider, spans);
    },
  };
}
