import type { RecordedAction } from "../action/span-model.ts";
import type { ActionDenied } from "../guard/denied.ts";
import { type Call, guardNow, passNow } from "../guard/gate.ts";
import { running, within } from "../scope/scope.ts";
import { type OutgoingRequest, requestAction } from "./http-action.ts";

/** What is told of a request beside its action. `body`: undefined where it isn't known yet. */
export function callOf(
  { method, url }: OutgoingRequest,
  body: { readonly value: unknown } | undefined,
): Call {
  return {
    args: () => {
      if (body === undefined && !bodiless.has(method)) throw new TypeError("what is sent is not known");
      return { method, url, ...(body !== undefined && { body: readable(body.value) }) };
    },
  };
}

const bodiless: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "LIST"]);

/** A body that flows, or is put together later, can't be told from another: nobody can approve it. */
function readable(body: unknown): unknown {
  if (body === undefined || body === null || typeof body === "string") return body;
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer) return body;
  if (body instanceof URLSearchParams) return String(body);
  throw new TypeError("what is sent can't be read");
}

/** Runs `send` as a request that was let through: it is not decided again. */
export function asPassed<T>(request: OutgoingRequest, action: RecordedAction, send: () => T): T {
  const passed = { key: keyOf(request), action, isUsed: false };
  return within({ ...running(), passed }, send);
}

const keyOf = ({ method, url }: OutgoingRequest): string => `${method} ${url}`;

/**
 * What the guard says of a request whose span is about to begin; undefined where there is no guard. One that was let through where
 * it was asked for is not decided twice; where it is sent on to another address, that one is.
 */
export function passRequest(request: OutgoingRequest): RecordedAction | ActionDenied | undefined {
  const guard = guardNow();
  if (guard === undefined) return undefined;
  const { passed } = running();
  if (passed?.isUsed === false && passed.key === keyOf(request)) {
    passed.isUsed = true;
    return passed.action;
  }
  return passNow(guard, requestAction(request), callOf(request, undefined));
}
