import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { errorMonitor } from "node:events";
import http, { type ClientRequest } from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";
import { type Span, trace } from "@opentelemetry/api";
import type { Recording } from "../action/begin.ts";
import { currentRuntime } from "../runtime.ts";
import { ActionDenied } from "../guard/denied.ts";
import { guarded, guardNow } from "../guard/gate.ts";
import { quietly } from "../quietly.ts";
import { askedRequest } from "./http-asked.ts";
import { asPassed, callOf, passRequest } from "./http-guard.ts";
import {
  beginRequest,
  claimed,
  endRequest,
  failRequest,
  type OutgoingRequest,
  requestAction,
} from "./http-action.ts";
import { all, type Method, swap } from "./swap.ts";
import type { Undo, Wrapper } from "./wrapper.ts";

const answered = "http.client.response.finish";

/** `node:http` and `node:https`, and the many libraries upon them. */
export const httpWrapper: Wrapper = { id: "http", packages: [], listen };

/** Node's own modules are there from the start: no need to wait for anybody to load them. */
function listen(): Undo {
  const open = new WeakMap<object, Recording>();
  const undo = all(
    [http, https].flatMap((module) => [
      swap(module, "request", (original, self, args) =>
        guardedRequest(module === https ? "https:" : "http:", args, () => sent(original, self, args, open)),
      ),
      // What Node does; its own calls the request that was there before.
      swap(module, "get", (_, __, args) => {
        const request = (module.request as Method)(...args) as ClientRequest;
        request.end();
        return request;
      }),
    ]),
  );
  const onAnswer = (message: unknown): void => {
    const { request, response } = message as { request: object; response: { statusCode?: number } };
    const recording = open.get(request);
    open.delete(request);
    if (recording !== undefined) endRequest(recording, response.statusCode ?? 0);
  };
  subscribe(answered, onAnswer);
  syncBuiltinESMExports();
  return () => {
    unsubscribe(answered, onAnswer);
    undo?.();
    syncBuiltinESMExports();
  };
}

/**
 * A request that is denied is not even made, so that nobody is connected to and no name is looked up.
 *
 * @throws {ActionDenied} the guard says no.
 */
function guardedRequest<T>(protocol: "http:" | "https:", args: readonly unknown[], send: () => T): T {
  const guard = guardNow();
  const asked = guard && quietly(() => askedRequest(protocol, args));
  if (guard === undefined || asked === undefined || asked.method === "CONNECT") return send();
  return guarded(guard, requestAction(asked), callOf(asked, undefined), (action) =>
    asPassed(asked, action, send),
  );
}

function sent(original: Method, self: unknown, args: unknown[], open: WeakMap<object, Recording>): unknown {
  const before = currentRuntime()?.spans.latestRequest;
  const request = Reflect.apply(original, self, args) as ClientRequest;
  try {
    // A tunnel is the way of another request, which is seen by itself.
    if (request.method === "CONNECT") return request;
    const by = theirs(before);
    const told = outgoing(request, args);
    const passed = passRequest(told);
    if (passed instanceof ActionDenied) return giveUp(request, passed);
    const recording = beginRequest(told, by, passed);
    if (recording !== undefined) watch(request, recording, open);
  } catch (error) {
    if (error instanceof ActionDenied) throw error;
    // A request that can't be read goes out unwatched.
  }
  return request;
}

/** It became another one than was asked for, and that one is denied: nothing was sent yet. */
function giveUp(request: ClientRequest, denied: ActionDenied): never {
  // Nobody has it who could listen.
  request.on("error", () => undefined);
  request.destroy();
  throw denied;
}

/** The span that OpenTelemetry's own instrumentation made for it, in the call or around it. */
function theirs(before: Span | undefined): Span | undefined {
  const span = currentRuntime()?.spans.latestRequest;
  if (span === undefined || claimed.has(span)) return undefined;
  if (span === before && span !== trace.getActiveSpan()) return undefined;
  claimed.add(span);
  return span;
}

/** Nothing is listened to that Node minds: a listener for errors or answers would change what it does without one. */
function watch(request: ClientRequest, recording: Recording, open: WeakMap<object, Recording>): void {
  open.set(request, recording);
  request.on(errorMonitor, (error) => {
    if (open.delete(request)) failRequest(recording, error);
  });
  // An upgrade, and a request that was given up before it began.
  request.on("close", () => {
    if (!open.delete(request)) return;
    const { statusCode } = (request as { res?: { statusCode?: number } }).res ?? {};
    if (statusCode === undefined) recording.end({ type: "ABORTED" });
    else endRequest(recording, statusCode);
  });
}

function outgoing(request: ClientRequest, args: readonly unknown[]): OutgoingRequest {
  const header = (name: string): string | undefined => {
    const value = request.getHeader(name);
    return value === undefined ? undefined : String(value);
  };
  const named = hostOf(request, args);
  const url = urlOf(request, named, args);
  return {
    method: request.method,
    url,
    // Whom a proxy sends it on to is who sees its headers.
    host: url.startsWith("http") ? new URL(url).host : named,
    header,
    add: (name, value) => {
      // Headers given as a list are written at once.
      if (request.headersSent) return;
      const there = header(name);
      request.setHeader(name, there === undefined ? value : `${there},${value}`);
    },
  };
}

function hostOf({ host, protocol }: ClientRequest, args: readonly unknown[]): string {
  const port = args.map(portIn).find((one) => one !== undefined);
  const isUsual = port === undefined || port === (protocol === "https:" ? "443" : "80");
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return (isUsual ? name : `${name}:${port}`).toLowerCase();
}

/** The port in an address or in options. */
function portIn(arg: unknown): string | undefined {
  if (typeof arg === "string") return URL.canParse(arg) ? new URL(arg).port || undefined : undefined;
  if (typeof arg !== "object" || arg === null || !("port" in arg)) return undefined;
  const { port } = arg;
  return typeof port === "number" || (typeof port === "string" && port !== "") ? String(port) : undefined;
}

function urlOf({ path, protocol }: ClientRequest, host: string, args: readonly unknown[]): string {
  const socket = args.map((arg) => (Object(arg) as { socketPath?: unknown }).socketPath).find(Boolean);
  if (typeof socket === "string") return `unix://${socket}${path}`;
  // To a proxy the whole address is said.
  return /^https?:\/\//u.test(path) ? path : `${protocol}//${host}${path}`;
}
