import type { ActionKind } from "../../schemas/index.ts";
import { begin, type Recording } from "../action/begin.ts";
import { watched } from "../action/record.ts";
import type { RecordedAction } from "../action/span-model.ts";
import { ActionDenied } from "../guard/denied.ts";
import { type Call, guarded, guardNow, passNow } from "../guard/gate.ts";
import { sqlShape, type SqlShape } from "../redact/sql-shape.ts";
import { bound } from "../scope/bound.ts";
import { quietly } from "../quietly.ts";
import { isMethod, isObject, members } from "./foreign.ts";
import { decorate, isInstrumented, theirSpan } from "./instrumented.ts";
import { all, type Method, prototypesIn, swap } from "./swap.ts";
import type { Undo, Wrapper } from "./wrapper.ts";

/**
 * Queries of `pg`, with or without its native client, as what they do to which table. Neither the statement nor a value
 * leaves. Where OpenTelemetry's own instrumentation tells of a query, its span is told the table, and there is no other.
 */
export const pgWrapper: Wrapper = {
  id: "pg",
  packages: ["pg", "pg-pool"],
  patch: (exports, { name, file }) => {
    const [main, client] = [Reflect.get(exports, "default"), Reflect.get(exports, "Client")] as unknown[];
    if (name === "pg-pool") return swapIn([exports, main], "connect", onConnect);
    return swapIn(clientFile.test(file) ? [exports, main] : [client], "query", onQuery);
  },
};

const clientFile = /^lib\/(?:native\/)?client\.js$/u;

function swapIn(
  exported: readonly unknown[],
  name: string,
  instead: Parameters<typeof swap>[2],
): Undo | undefined {
  return all(prototypesIn(exported).map((prototype) => swap(prototype, name, instead)));
}

/** Whoever waits for a connection is called by whoever gives it back, and would act in their name. */
function onConnect(original: Method, self: unknown, args: unknown[]): unknown {
  const [callback, ...rest] = args;
  const kept = isMethod(callback) ? bound(callback) : callback;
  return Reflect.apply(original, self, args.length === 0 ? args : [kept, ...rest]);
}

/**
 * The action begins when the query is handed over, which is when it is known whether another instrumentation tells of it.
 * Nothing of its end can come before: pg answers from a socket.
 */
function onQuery(original: Method, self: unknown, args: unknown[]): unknown {
  const action = quietly(() => actionOf(members(self), args[0]));
  if (action === undefined) return Reflect.apply(original, self, args);
  const query = (told: RecordedAction): unknown => queried(original, self, args, told);
  const guard = guardNow();
  if (guard === undefined) return query(action);
  const tell = quietly(() => whomToTell(self, args));
  const call: Call = { isAwaited: tell === undefined, args: () => statementIn(args) };
  if (tell === undefined) return guarded(guard, action, call, query);
  const passed = passNow(guard, action, call);
  if (!(passed instanceof ActionDenied)) return query(passed);
  setImmediate(tell.call, passed);
  return tell.result;
}

/** Who is told of the end of a call by something else than its promise, and what such a call gives back. */
function whomToTell(
  self: unknown,
  args: readonly unknown[],
): { readonly call: (error: Error) => void; readonly result: unknown } | undefined {
  const [query] = args;
  const asked = members(query);
  if (isMethod(asked["submit"])) {
    // As pg does it where it can't send.
    const call = (error: Error): void => {
      if (isMethod(asked["handleError"]))
        Reflect.apply(asked["handleError"], query, [error, members(self)["connection"]]);
    };
    return { call, result: query };
  }
  const callback = callbackIn(args);
  return (
    callback && {
      call: bound((error: Error) => void Reflect.apply(callback.call, undefined, [error])),
      result: undefined,
    }
  );
}

/** What is asked of the database, for an approval of exactly that. */
function statementIn([query, values]: readonly unknown[]): Readonly<Record<string, unknown>> {
  const { text = query, values: own, cursor } = members(query);
  const inner = members(cursor);
  return { text: inner["text"] ?? text, values: (Array.isArray(values) ? values : own) ?? inner["values"] };
}

function queried(original: Method, self: unknown, args: unknown[], action: RecordedAction): unknown {
  let recording: Recording | undefined;
  const heard = quietly(() => heardBy(args, (failure) => recording?.end(failure)));
  let result: unknown;
  try {
    result = Reflect.apply(original, self, heard?.args ?? args);
  } catch (error) {
    unlessTheirs(action, self)?.end({ error });
    throw error;
  } finally {
    heard?.restore();
  }
  recording = unlessTheirs(action, self);
  return recording === undefined || heard !== undefined ? result : watched(result, recording);
}

/** The span of OpenTelemetry's instrumentation knows no table. */
function unlessTheirs(action: RecordedAction, self: unknown): Recording | undefined {
  const theirs = isInstrumented(self, "query")
    ? theirSpan("@opentelemetry/instrumentation-pg", "pg.query")
    : undefined;
  if (theirs === undefined) return begin(action);
  decorate(theirs, action);
  return undefined;
}

type Ended = (failure?: { readonly error: unknown }) => void;

/** A call that tells its end by something else than its result. */
interface Heard {
  readonly args: unknown[];
  /** Leaves the host's objects as the library alone would have left them. */
  readonly restore: () => void;
}

/** Undefined where the result tells: a promise, or nothing that could be listened to. */
function heardBy(args: unknown[], ended: Ended): Heard | undefined {
  const [query] = args;
  const asked = isObject(query) ? query : undefined;
  if (asked !== undefined && isMethod(asked["submit"])) return heardByProtocol(asked, args, ended);
  const found = callbackIn(args);
  if (found === undefined) return undefined;
  const { at, call: callback } = found;
  const kept = bound(callback);
  const told: Method = function told(this: unknown, ...given) {
    const [error] = given;
    ended(error === undefined || error === null ? undefined : { error });
    return Reflect.apply(kept, this, given);
  };
  if (at === 0 && asked !== undefined) asked["callback"] = told;
  return {
    args: at === 0 ? args : args.with(at, told),
    restore: () => {
      // Versions before 8.23 write callbacks given by position into the host's object as well.
      if (asked?.["callback"] === told) asked["callback"] = callback;
    },
  };
}

/** The callback of a call, and which argument it is, or is in. */
function callbackIn(args: readonly unknown[]): { readonly at: number; readonly call: Method } | undefined {
  const [query, values, last] = args;
  const atValues = isMethod(values) ? 1 : 0;
  const at = last === undefined || last === null ? atValues : 2;
  const call = at === 0 ? members(query)["callback"] : args[at];
  return isMethod(call) ? { at, call } : undefined;
}

const lastCalls = ["handleReadyForQuery", "handleError"] as const;

/** The client calls one of two methods when it is done with the object; these stand before them until then. */
function heardByProtocol(query: object, args: unknown[], ended: Ended): Heard | undefined {
  const methods = lastCalls.flatMap((name) => {
    const call: unknown = Reflect.get(query, name);
    return isMethod(call) ? [{ name, call, own: Object.getOwnPropertyDescriptor(query, name) }] : [];
  });
  if (methods.length < lastCalls.length) return undefined;
  const giveBack = (): void => {
    for (const { name, own } of methods) {
      if (own === undefined) Reflect.deleteProperty(query, name);
      else Object.defineProperty(query, name, own);
    }
  };
  for (const { name, call } of methods) {
    const value: Method = function last(this: unknown, ...given) {
      giveBack();
      ended(name === "handleError" ? { error: given[0] } : undefined);
      return Reflect.apply(call, this, given);
    };
    Object.defineProperty(query, name, { value, configurable: true, writable: true, enumerable: false });
  }
  return { args, restore: () => undefined };
}

/** Mark of a statement that OpenTelemetry's instrumentation sends by itself before a query. */
const theirOwn = "opentelemetry.instrumentation-pg.internal-set-query";

function actionOf(client: Readonly<Record<string, unknown>>, query: unknown): RecordedAction | undefined {
  const text = textOf(query);
  if (text === undefined) return undefined;
  const isTheirOwn = Object.getOwnPropertySymbols(query).some(({ description }) => description === theirOwn);
  if (isTheirOwn) return undefined;
  const { operation, table, summary } = shapeOf(text);
  const { host, database, port } = client;
  const isPermission = permission.test(operation);
  const kind: ActionKind = isPermission ? "permission_change" : "resource_access";
  const isPlaced = typeof host === "string" && typeof database === "string";
  const place = isPlaced ? `postgresql://${host}/${database}` : "postgresql";
  const isTable = isPlaced && !isPermission && table !== undefined;
  const changes = isPermission || changing.test(operation);
  return {
    kind,
    name: `db.${operation.toLowerCase()}`,
    resource: { id: isTable ? `${place}/${table}` : place, kind: "db" },
    ...(!unclear.test(operation) && { mutating: changes }),
    attributes: {
      "db.system.name": "postgresql",
      "db.operation.name": operation,
      "db.query.summary": summary,
      ...(typeof database === "string" && { "db.namespace": database }),
      ...(table !== undefined && { "db.collection.name": table }),
      ...(typeof host === "string" && { "server.address": host }),
      ...(typeof port === "number" && Number.isInteger(port) && { "server.port": port }),
    },
  };
}

/** A stream of rows has its text within; of any other object that takes part it may not be known. */
function textOf(query: unknown): string | undefined {
  if (typeof query === "string") return query;
  const { text, submit, cursor } = members(query);
  const found = text ?? members(cursor)["text"];
  if (typeof found === "string") return found;
  return isMethod(submit) ? "" : undefined;
}

/** As the rules for other libraries' spans have it (`schemas/attribution.json`), and the older names of roles. */
const permission = /^(?:GRANT|REVOKE|(?:ALTER|CREATE|DROP) (?:ROLE|USER|GROUP|POLICY))$/u;
const changing = /^(?:INSERT|UPDATE|DELETE|MERGE|TRUNCATE|DROP|ALTER|CREATE|COPY|SET)\b/u;
/** What these do is written elsewhere. */
const unclear = /^(?:OTHER|CALL|DO|EXECUTE)$/u;

/** Most hosts repeat few statements. */
const shapesMax = 500;
const remembered = 2_000;
const shapes = new Map<string, SqlShape>();

function shapeOf(text: string): SqlShape {
  const known = shapes.get(text);
  if (known !== undefined) return known;
  const shape = sqlShape(text);
  if (shapes.size >= shapesMax) shapes.clear();
  if (text.length <= remembered) shapes.set(text, shape);
  return shape;
}
