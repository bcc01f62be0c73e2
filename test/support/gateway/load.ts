/** Agents that send to a Collector, half of them over HTTP and half over gRPC, and remember what they were answered for. */
import type { RunningCollector } from "../collector.ts";
import { protoRequest } from "../tool-calls.ts";
import { type GrpcSender, grpcSender } from "./grpc.ts";

/** What became of the spans that were sent, by their ids in hex. */
export interface Books {
  readonly sent: ReadonlySet<string>;
  readonly acknowledged: ReadonlySet<string>;
  /** Spans whose request was sent once more after it had been acknowledged, and acknowledged again. */
  readonly again: ReadonlySet<string>;
  /** Requests that were not taken: refused, cut off, or without an answer. Each was sent again. */
  readonly tries: { refused: number; unanswered: number };
}

export interface LoadOptions {
  /** Where to send to now. */
  readonly to: () => RunningCollector;
  /** Requests under way at once. */
  readonly senders: number;
  readonly spansPerRequest: number;
  /** Identities that take turns in a request; each lies in a key group of its own, more or less. */
  readonly identities: number;
  readonly headers: Readonly<Record<string, string>>;
  /** How long a sender waits for an answer before it sends again. */
  readonly answerWithinMs: number;
  /** How long a sender rests between two requests. */
  readonly restMs: number;
  /** Of so many requests one is sent twice, as by a sender that missed the answer; none without it. */
  readonly twiceOf?: number;
}

export interface GatewayLoad {
  readonly books: Books;
  /** Ends it; what is not answered by then is not sent again. */
  end(): Promise<Books>;
}

const retryMs = 50;
let begun = 0;
const running = new Set<GatewayLoad>();

/** Ends what a test left sending; for `afterEach`. */
export async function endGatewayLoads(): Promise<void> {
  await Promise.all([...running].map((load) => load.end()));
}

/** Begins to send, and goes on until it is ended. */
export function startGatewayLoad(options: LoadOptions): GatewayLoad {
  const sent = new Set<string>();
  const acknowledged = new Set<string>();
  const again = new Set<string>();
  const books: Books = { sent, acknowledged, again, tries: { refused: 0, unanswered: 0 } };
  const over = new AbortController();
  // Of its own, so that two loads of a process have no span in common.
  let ordinal = (begun += 1) * 10_000_000;
  const nextRequest = (): { readonly ids: readonly string[]; readonly body: Buffer } => {
    const calls = Array.from({ length: options.spansPerRequest }, () => {
      ordinal += 1;
      return { identityId: `agent:${String(ordinal % options.identities)}`, ordinal };
    });
    return { ids: calls.map((call) => spanIdOf(call.ordinal)), body: protoRequest(calls) };
  };
  /** Sends until it is taken, or all is over; says whether it was taken. */
  const deliver = async (send: Send, body: Buffer): Promise<boolean> => {
    while (!over.signal.aborted) {
      const answer = await send(body).catch(() => undefined);
      if (answer === true) return true;
      if (answer === undefined) books.tries.unanswered += 1;
      else books.tries.refused += 1;
      await pause(retryMs);
    }
    return false;
  };
  const work = async (send: Send): Promise<void> => {
    for (let nth = 1; !over.signal.aborted; nth += 1) {
      const { ids, body } = nextRequest();
      for (const id of ids) sent.add(id);
      if (!(await deliver(send, body))) return;
      for (const id of ids) acknowledged.add(id);
      if (options.twiceOf !== undefined && nth % options.twiceOf === 0 && (await deliver(send, body)))
        for (const id of ids) again.add(id);
      await pause(options.restMs);
    }
  };
  const working = Array.from({ length: options.senders }, (_, at) =>
    work(at % 2 === 0 ? overHttp(options) : overGrpc(options, over.signal)),
  );
  const load: GatewayLoad = {
    books,
    async end() {
      over.abort();
      await Promise.all(working);
      running.delete(load);
      return books;
    },
  };
  running.add(load);
  return load;
}

/** The id of the span that a tool call of this ordinal is, in hex. */
const spanIdOf = (ordinal: number): string => (ordinal + 1).toString(16).padStart(16, "0");

/** Whether it was taken; rejects without an answer. */
type Send = (body: Buffer) => Promise<boolean>;

function overHttp({ to, headers, answerWithinMs }: LoadOptions): Send {
  return async (body) => {
    const answer = await fetch(`${to().httpUrl}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf", ...headers },
      body: new Uint8Array(body),
      signal: AbortSignal.timeout(answerWithinMs),
    });
    await answer.arrayBuffer();
    return answer.status === 200;
  };
}

function overGrpc({ to, headers, answerWithinMs }: LoadOptions, signal: AbortSignal): Send {
  let address = "";
  let sender: GrpcSender | undefined;
  signal.addEventListener("abort", () => sender?.close());
  return async (body) => {
    if (sender === undefined || address !== to().grpc) {
      sender?.close();
      address = to().grpc;
      sender = grpcSender(address);
    }
    try {
      return (await sender.send(body, headers, answerWithinMs)) === 0;
    } catch (error) {
      // A connection that broke is of no more use.
      sender.close();
      sender = undefined;
      throw error;
    }
  };
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
