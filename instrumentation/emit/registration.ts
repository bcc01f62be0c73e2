import type { ContextAPI, TraceAPI, TracerProvider } from "@opentelemetry/api";
import { globals } from "../globals.ts";
import { quietly } from "../quietly.ts";

/** What is done around the registration of an OpenTelemetry SDK by the host. Nothing that is thrown in it reaches the host. */
export interface Around {
  /** Just before a provider or a context manager is registered. */
  before(): void;
  /** A provider was registered. */
  after(provider: TracerProvider): void;
}

/** One copy of OpenTelemetry's API; a process may hold several, of CommonJS and of ESM for example. */
export interface Api {
  readonly trace: TraceAPI;
  readonly context: ContextAPI;
}

/** Whether a module is the API itself; files of its inside export other things. */
export function isApi(exports: object): exports is Api {
  const { trace, context } = exports as Partial<Api>;
  return (
    typeof trace?.setGlobalTracerProvider === "function" &&
    typeof context?.setGlobalContextManager === "function"
  );
}

/** What all copies share; the name is part of their contract with each other. */
const slot = Symbol.for("opentelemetry.js.api.1");

interface Registered {
  version?: string;
  trace?: unknown;
  context?: unknown;
}

const shared = globals<{ [slot]?: Registered | undefined }>();

export function isRegistered(what: "trace" | "context"): boolean {
  return shared[slot]?.[what] !== undefined;
}

/**
 * Forgets which version of the API registered, where nothing is registered any more: a copy of another version could not
 * register after it.
 */
export function letGo(): void {
  const registered = shared[slot];
  if (registered !== undefined && Object.keys(registered).every((name) => name === "version"))
    delete shared[slot];
}

/** Watches one copy of the API. Gives back what undoes it. */
export function watchApi({ trace, context }: Api, around: Around): () => void {
  // oxlint-disable-next-line typescript/unbound-method -- Called with the `this` that it is called with.
  const setProvider = trace.setGlobalTracerProvider;
  // oxlint-disable-next-line typescript/unbound-method -- Likewise.
  const setContext = context.setGlobalContextManager;
  const watchedProvider: typeof setProvider = function watched(this: TraceAPI, provider) {
    quietly(() => around.before());
    const isSet = setProvider.call(this, provider);
    if (isSet) quietly(() => around.after(provider));
    return isSet;
  };
  const watchedContext: typeof setContext = function watched(this: ContextAPI, manager) {
    quietly(() => around.before());
    return setContext.call(this, manager);
  };
  trace.setGlobalTracerProvider = watchedProvider;
  context.setGlobalContextManager = watchedContext;
  return () => {
    if (trace.setGlobalTracerProvider === watchedProvider) trace.setGlobalTracerProvider = setProvider;
    if (context.setGlobalContextManager === watchedContext) context.setGlobalContextManager = setContext;
  };
}

/** A provider of the API, which stands for the one that an SDK brings. */
interface Proxying {
  setDelegate(provider: TracerProvider): void;
}

/**
 * Hears of a provider that any copy of the API registers from now on, once: what copies share is the one place that all of
 * them write to. Gives back what undoes it.
 */
export function onceRegistered(after: (provider: TracerProvider) => void): () => void {
  let isOn = true;
  const told = (provider: unknown): void => {
    if (!isOn || typeof provider !== "object" || provider === null) return;
    if (!isProxying(provider)) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Whatever else it is, `after` finds out.
      quietly(() => after(provider as TracerProvider));
      return;
    }
    // oxlint-disable-next-line typescript/unbound-method -- Called with the `this` that it is called with.
    const { setDelegate } = provider;
    provider.setDelegate = function set(this: Proxying, delegate) {
      provider.setDelegate = setDelegate;
      setDelegate.call(this, delegate);
      if (isOn) quietly(() => after(delegate));
    };
  };
  quietly(() =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- What copies of the API put there.
    onceSet(shared, slot, (registered) => onceSet(registered as Registered, "trace", told)),
  );
  return () => (isOn = false);
}

function isProxying(provider: object): provider is Proxying {
  return "setDelegate" in provider && typeof provider.setDelegate === "function";
}

/** Calls `then` with what a property holds, or is set to; it is an ordinary property again by then. */
function onceSet<T extends object>(of: T, name: keyof T, then: (value: unknown) => void): void {
  const now: unknown = of[name];
  if (now !== undefined) return then(now);
  Object.defineProperty(of, name, {
    configurable: true,
    enumerable: false,
    get: () => undefined,
    set: (value: unknown) => {
      Object.defineProperty(of, name, { configurable: true, enumerable: true, writable: true, value });
      if (value !== undefined) quietly(() => then(value));
    },
  });
}
