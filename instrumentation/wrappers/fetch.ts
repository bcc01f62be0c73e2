import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Span } from "@opentelemetry/api";
import type { Recording } from "../action/begin.ts";
import { currentRuntime } from "../runtime.ts";
import {
  beginRequest,
  carry,
  claimed,
  endRequest,
  failRequest,
  type OutgoingRequest,
  requestAction,
} from "./http-action.ts";
import { ActionDenied } from "../guard/denied.ts";
import { guarded, guardNow } from "../guard/gate.ts";
import { quietly } from "../quietly.ts";
import { isObject, members } from "./foreign.ts";
import { asPassed, callOf, passRequest } from "./http-guard.ts";
import { type Method, swap } from "./swap.ts";
import type { Undo, Wrapper } from "./wrapper.ts";

/** What is used of a request of undici, which is also what the built-in `fetch` makes; of its versions 6 to 8. */
interface UndiciRequest {
  readonly method: string;
  readonly origin: string | URL;
  readonly path: string;
  /** Names and values in turns. */
  readonly headers: (string | string[])[];
  addHeader(name: string, value: string): unknown;
  /** Gives the request up; it is never sent then. */
  onError?(error: Error): void;
}

/** A request that we began in this very turn, and what leaves it to another instrumentation. */
interface Begun {
  readonly url: string;
  /** What it carried is carried for another span. */
  readonly giveTo: (span: Span) => void;
}

const slot = Symbol.for("answerable.fetch.1");
const shared = globalThis as { [slot]?: WeakSet<object> };
/** Requests that one of our copies took care of. */
const known = (shared[slot] ??= new WeakSet());

/**
 * `fetch`, and all else that undici sends, of whatever copy: told of by the runtime, nothing is patched. With a guard the built-in
 * `fetch` is, as it can wait there for a person; every request of undici is decided on before it is sent.
 */
export const fetchWrapper: Wrapper = { id: "fetch", packages: [], listen };

function listen(): Undo {
  const open = new WeakMap<object, Recording>();
  let begun: Begun | undefined;

  const onCreate = listener(({ request }: { request: UndiciRequest }) => {
    if (request.method === "CONNECT" || known.has(request)) return;
    known.add(request);
    const url = new URL(request.path, request.origin);
    const spans = currentRuntime()?.spans;
    const by = spans?.latestRequest;
    const isTheirs = by !== undefined && !claimed.has(by) && by.isRecording() && isFor(by, url.href);
    if (isTheirs) claimed.add(by);
    const length = request.headers.length;
    const told = outgoing(request, url);
    const passed = passRequest(told);
    if (passed instanceof ActionDenied) {
      request.onError?.(passed);
      return;
    }
    const recording = beginRequest(told, isTheirs ? by : undefined, passed);
    if (recording === undefined) return;
    open.set(request, recording);
    // OpenTelemetry's own instrumentation may hear of the request after us.
    begun = {
      url: url.href,
      giveTo: (span) => {
        open.delete(request);
        request.headers.length = length;
        carry(outgoing(request, url), span, ["baggage"]);
      },
    };
    if (spans !== undefined) spans.onRequest = onTheirs;
    queueMicrotask(() => (begun = undefined));
  });

  /** Theirs is the action then, and from now on we listen after them. */
  function onTheirs(span: Span, url: string): void {
    if (begun === undefined || !isSame(url, begun.url)) return;
    begun.giveTo(span);
    begun = undefined;
    claimed.add(span);
    unsubscribe("undici:request:create", onCreate);
    subscribe("undici:request:create", onCreate);
  }

  const onHeaders = listener(
    ({ request, response }: { request: object; response: { statusCode: number } }) => {
      const recording = open.get(request);
      if (recording === undefined || (response.statusCode < 200 && response.statusCode !== 101)) return;
      open.delete(request);
      endRequest(recording, response.statusCode);
    },
  );

  const onError = listener(({ request, error }: { request: object; error: unknown }) => {
    const recording = open.get(request);
    open.delete(request);
    if (recording !== undefined) failRequest(recording, error);
  });

  const channels = [
    ["undici:request:create", onCreate],
    ["undici:request:headers", onHeaders],
    ["undici:request:error", onError],
  ] as const;
  for (const [name, on] of channels) subscribe(name, on);
  const unpatch = currentRuntime()?.guard === undefined ? undefined : swap(globalThis, "fetch", onFetch);
  return () => {
    unpatch?.();
    for (const [name, on] of channels) unsubscribe(name, on);
  };
}

/** A denied call looks nobody up. */
function onFetch(original: Method, self: unknown, args: unknown[]): unknown {
  const send = (): unknown => Reflect.apply(original, self, args);
  const guard = guardNow();
  const asked = guard && quietly(() => fetchAsked(args));
  if (guard === undefined || asked === undefined) return send();
  const { request, body } = asked;
  const call = { ...callOf(request, body), isAwaited: true };
  return guarded(guard, requestAction(request), call, (action) => asPassed(request, action, send));
}

/** What is asked for of `fetch`; one whose arguments it refuses is none. */
function fetchAsked([input, init]: readonly unknown[]): {
  request: OutgoingRequest;
  body: { readonly value: unknown } | undefined;
} {
  const whole = isObject(input) && "url" in input ? input : {};
  const given = members(init);
  const url = new URL(typeof whole["url"] === "string" ? whole["url"] : String(input));
  if (!/^https?:$/u.test(url.protocol)) throw new TypeError("nobody is called");
  url.hash = "";
  const told = given["method"] ?? whole["method"];
  const method = typeof told === "string" ? told.toUpperCase() : "GET";
  const headers = new Headers((given["headers"] ?? whole["headers"]) as Record<string, string> | undefined);
  const isKnown = "body" in given || !isObject(whole["body"]);
  return {
    request: {
      method,
      url: url.href,
      host: url.host,
      header: (name) => headers.get(name) ?? undefined,
      add: () => undefined,
    },
    body: isKnown ? { value: given["body"] } : undefined,
  };
}

function outgoing(request: UndiciRequest, url: URL): OutgoingRequest {
  return {
    method: request.method.toUpperCase(),
    url: url.href,
    host: url.host,
    header: (name: string) => {
      const at = request.headers.findIndex(
        (text, nth) => nth % 2 === 0 && typeof text === "string" && text.toLowerCase() === name,
      );
      return at === -1 ? undefined : String(request.headers[at + 1]);
    },
    add: (name: string, value: string) => void request.addHeader(name, value),
  };
}

function isFor(span: Span, url: string): boolean {
  const { attributes = {} } = span as { attributes?: Record<string, unknown> };
  const told = attributes["url.full"] ?? attributes["http.url"];
  return typeof told === "string" && isSame(told, url);
}

/** The query may have been redacted. */
function isSame(one: string, other: string): boolean {
  return one.split("?", 1)[0] === other.split("?", 1)[0];
}

/** An error in a listener would be an uncaught exception of the host. */
function listener(watch: (message: never) => void): (message: unknown) => void {
  return (message) => quietly(() => watch(message as never));
}
