import { SpanKind } from "@opentelemetry/api";
import type { Failure } from "../action/begin.ts";
import type { RecordedAction } from "../action/span-model.ts";
import { assessed } from "../action/traced-values.ts";
import { extract } from "../scope/carry.ts";
import { randomHex } from "../random.ts";
import { runAs } from "../scope/run-as.ts";
import { running } from "../scope/scope.ts";
import { failureIn, mcpAction } from "../wrappers/mcp-action.ts";
import { carriedMeta } from "../wrappers/mcp-client.ts";
import { insideOf } from "./json-text.ts";
import { pendingMax } from "./limits.ts";
import { type ActionRequest, type Answer, codes, type Id } from "./message.ts";

/** `record`, or what stands for it in a test. */
export type RecordCall = <T>(
  action: RecordedAction,
  work: () => T,
  onValue?: (value: Awaited<T>) => Failure | undefined,
) => T;

/** Both ends of the connection, as calls use them. */
export interface Ends {
  /** Hands a line without its line end to the server. */
  readonly send: (text: string) => void;
  /** Tells the client. */
  readonly answer: (message: object) => void;
}

/** Where a call stands that the client waits for. */
interface Pending {
  isCancelled: boolean;
  readonly over: (answer: Answer | undefined) => void;
  readonly answer: Promise<Answer | undefined>;
}

/** The calls that are actions: each is recorded, and goes to the server only when `record` lets it. */
export class Calls {
  readonly #pending = new Map<string, Pending>();
  readonly #record: RecordCall;
  readonly #ends: Ends;
  /** Name of the session, where neither the client nor whoever started us gave one. */
  readonly #connection = `mcp-${randomHex(8)}`;

  constructor(record: RecordCall, ends: Ends) {
    this.#record = record;
    this.#ends = ends;
  }

  /** Whether somebody waits for an answer. */
  get isWaiting(): boolean {
    return this.#pending.size > 0;
  }

  /** Begins a call; where nothing holds it up it has gone to the server by the time this comes back. Never rejects. */
  async begin(text: string, request: ActionRequest): Promise<void> {
    const { id } = request;
    const key = keyOf(id);
    if (this.#pending.has(key)) return this.#fail(id, codes.invalid, "The id is in use.");
    if (this.#pending.size >= pendingMax)
      return this.#fail(id, codes.internal, `There are ${String(pendingMax)} calls under way.`);
    const pending = newPending();
    if (id !== undefined) this.#pending.set(key, pending);
    let isSent = false;
    const send = (): Promise<Answer | undefined> => {
      if (pending.isCancelled) return Promise.resolve(undefined);
      isSent = true;
      this.#ends.send(withCarried(text, request));
      return id === undefined ? Promise.resolve(undefined) : pending.answer;
    };
    try {
      await this.#recorded(request, send);
    } catch (error) {
      if (!isSent) this.#deny(request, error);
    } finally {
      if (this.#pending.get(key) === pending) this.#pending.delete(key);
    }
  }

  /** The server answered. */
  answered(answer: Answer): void {
    const key = keyOf(answer.id);
    const pending = this.#pending.get(key);
    // Freed at once, as the client may use the id again when it has read this.
    this.#pending.delete(key);
    pending?.over(answer);
  }

  /** The client gave a call up: nothing answers it, and one that was not sent yet never is. */
  cancelled(id: unknown): void {
    const key = keyOf(id);
    const pending = this.#pending.get(key);
    if (pending === undefined) return;
    pending.isCancelled = true;
    this.#pending.delete(key);
    pending.over(undefined);
  }

  /** Nobody will answer any more. */
  gone(): void {
    for (const pending of this.#pending.values()) pending.over(undefined);
    this.#pending.clear();
  }

  #recorded(request: ActionRequest, send: () => Promise<Answer | undefined>): Promise<Answer | undefined> {
    const known = mcpAction(request);
    // `readClientLine` let it through as an action, so it is one.
    if (known === undefined) return Promise.reject(new Error("The call can't be read."));
    const action: RecordedAction = {
      ...known,
      spanKind: SpanKind.CLIENT,
      attributes: { ...known.attributes, "network.transport": "pipe" },
    };
    const given = request.params["arguments"];
    const call = assessed(action, given === undefined ? [] : [given]);
    const { meta } = request;
    const carried = extract({ traceparent: textOf(meta["traceparent"]), baggage: textOf(meta["baggage"]) });
    const session = carried.scope.session ?? running().scope.session ?? this.#connection;
    return runAs({ carried, session }, () =>
      this.#record(call.action, send, (answer) => {
        call.onValue?.(answer?.result);
        return failureOf(answer);
      }),
    );
  }

  #deny({ id, method }: ActionRequest, error: unknown): void {
    const isDenied = error instanceof Error && error.name === "ActionDenied";
    const text = isDenied ? error.message : "The call could not be recorded, and was not made.";
    if (method !== "tools/call") return this.#fail(id, isDenied ? codes.denied : codes.internal, text);
    // The model reads a tool's result; an error of the protocol is its client's to see.
    if (id !== undefined)
      this.#ends.answer({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text }], isError: true } });
  }

  #fail(id: Id, code: number, message: string): void {
    if (id !== undefined) this.#ends.answer(errorAnswer(id, code, message));
  }
}

/** An error as JSON-RPC says it. */
export function errorAnswer(id: Id | null, code: number, message: string): object {
  return { jsonrpc: "2.0", id: id ?? null, error: { code, message } };
}

const keyOf = (id: unknown): string => JSON.stringify(id) ?? "";

function newPending(): Pending {
  let over: Pending["over"] | undefined;
  const answer = new Promise<Answer | undefined>((resolve) => (over = resolve));
  return { isCancelled: false, over: (one) => over?.(one), answer };
}

/** The words are the convention's; a call that nobody answered has none. */
function failureOf(answer: Answer | undefined): Failure | undefined {
  if (answer === undefined) return { type: "cancelled" };
  const { error, result } = answer;
  if (error === undefined) return failureIn(result);
  const code: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  return { type: typeof code === "number" ? String(code) : "_OTHER" };
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** The line as it came, with what is carried put into `_meta`; every other byte is the client's. */
function withCarried(text: string, { params, meta }: ActionRequest): string {
  const carried = Object.entries(carriedMeta(true)).filter(([name]) => !Object.hasOwn(meta, name));
  if (carried.length === 0) return text;
  const members = JSON.stringify(Object.fromEntries(carried)).slice(1, -1);
  return params["_meta"] === undefined
    ? inserted(text, ["params"], `"_meta":{${members}}`)
    : inserted(text, ["params", "_meta"], members, Object.keys(meta).length === 0);
}

function inserted(text: string, path: readonly string[], members: string, isAlone = false): string {
  const at = insideOf(text, path);
  if (at === undefined) return text;
  return `${text.slice(0, at)}${members}${isAlone ? "" : ","}${text.slice(at)}`;
}
