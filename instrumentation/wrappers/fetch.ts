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
} from "./http-action.ts";
import { quietly } from "../quietly.ts";
import type { Undo, Wrapper } from "./wrapper.ts";

/** What is used of a request of undici, which is also what the built-in `fetch` makes; of its versions 6 to 8. */
interface UndiciRequest {
  readonly method: string;
  readonly origin: string | URL;
  readonly path: string;
  /** Names and values in turns. */
  readonly headers: (string | string[])[];
  addHeader(name: string, value: string): unknown;
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

/** `fetch`, and all else that undici sends, of whatever copy: told of by the runtime, nothing is patched. */
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
    const recording = beginRequest(outgoing(request, url), isTheirs ? by : undefined);
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
  return () => {
    for (const [name, on] of channels) unsubscribe(name, on);
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
