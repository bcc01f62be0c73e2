import * as http from "node:http";
import * as https from "node:https";
import type { ClientRequest, IncomingMessage } from "node:http";
import { isNativeError } from "node:util/types";
import { Backoff } from "../emit/backoff.ts";
import { jitter } from "../random.ts";
import { unseen } from "../scope/unseen.ts";
import { EventReader } from "./event-stream.ts";
import { guardLimits } from "./limits.ts";
import type { PolicySnapshot } from "./snapshot.ts";

export interface FeedOptions {
  /** Address of the service, with a slash at its end. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/**
 * Keeps a snapshot fresh over one connection: tells it what the service says, and connects again whenever that ends, from where
 * it ended. Holds nothing open.
 */
export class PolicyFeed {
  readonly #snapshot: PolicySnapshot;
  readonly #options: FeedOptions;
  readonly #backoff = new Backoff(jitter, guardLimits.pauseMsMax);
  readonly #identities = new Set<string>();
  #queryBytes = 0;
  #request: ClientRequest | undefined;
  #next: NodeJS.Timeout | undefined;
  #isStopped = false;
  /** What went wrong with the service last, in a sentence. */
  trouble: string | undefined;
  /** Identities that are too many to be asked for. */
  unasked = 0;

  constructor(snapshot: PolicySnapshot, options: FeedOptions) {
    this.#snapshot = snapshot;
    this.#options = options;
  }

  get identities(): number {
    return this.#identities.size;
  }

  /** Asks for one more identity. */
  want(identityId: string): void {
    if (this.#identities.has(identityId) || this.#isStopped) return;
    const bytes = encodeURIComponent(wellFormed(identityId)).length + "&identity=".length;
    const isTooMany = this.#identities.size >= guardLimits.identitiesMax;
    if (isTooMany || this.#queryBytes + bytes > guardLimits.queryBytesMax) {
      this.unasked += 1;
      return;
    }
    this.#identities.add(identityId);
    this.#queryBytes += bytes;
    this.#connectIn(guardLimits.gatherMs);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#next);
    this.#request?.destroy();
    this.#request = undefined;
  }

  #connectIn(ms: number): void {
    if (this.#isStopped) return;
    clearTimeout(this.#next);
    this.#next = setTimeout(() => unseen(() => this.#connect()), ms);
    this.#next.unref();
  }

  #connect(): void {
    const before = this.#request;
    this.#request = undefined;
    before?.destroy();
    try {
      this.#request = this.#open();
    } catch (error) {
      this.#failed(error);
    }
  }

  #open(): ClientRequest {
    const { url, headers, tls } = this.#options;
    const target = new URL("v1/policy/events", url);
    for (const id of this.#identities) target.searchParams.append("identity", wellFormed(id));
    const asked = new Set(this.#identities);
    // Who is new is known by nothing but all that stands.
    const isKnown = [...asked].every((id) => this.#snapshot.knows(id));
    const cursor = isKnown ? this.#snapshot.cursor : undefined;
    const { request } = target.protocol === "https:" ? https : http;
    const sent = request(target, {
      ...tls,
      agent: false,
      headers: {
        ...headers,
        accept: "text/event-stream",
        ...(cursor !== undefined && { "last-event-id": cursor }),
      },
    });
    const silence = setTimeout(() => sent.destroy(new Error("nothing was heard")), guardLimits.silenceMs);
    silence.unref();
    let problem: unknown;
    sent.on("socket", (socket) => socket.unref());
    sent.on("error", (error) => (problem = error));
    sent.on("close", () => {
      clearTimeout(silence);
      if (this.#request === sent) this.#failed(problem);
    });
    sent.on("response", (response) => {
      response.on("error", (error) => (problem ??= error));
      const { statusCode = 0 } = response;
      if (statusCode !== 200) {
        problem = new Error(`the service answers ${String(statusCode)}`);
        sent.destroy();
        return;
      }
      this.#read(response, asked, (error) => sent.destroy(error), silence);
    });
    sent.end();
    return sent;
  }

  #read(
    response: IncomingMessage,
    asked: ReadonlySet<string>,
    giveUp: (error: Error) => void,
    silence: NodeJS.Timeout,
  ): void {
    const reader = new EventReader(guardLimits.eventBytesMax);
    response.on("data", (bytes: Buffer) => {
      try {
        reader.read(bytes, (event) => {
          silence.refresh();
          const taken = this.#snapshot.take(event, asked);
          if (taken === "unread") return;
          if (taken === "behind") return giveUp(new Error("the service knows less than it did"));
          this.trouble = undefined;
          this.#backoff.over();
          if (taken === "full") giveUp(new Error("more was said than is kept"));
        });
      } catch (error) {
        giveUp(isNativeError(error) ? error : new Error("the stream can't be read"));
      }
    });
  }

  #failed(problem: unknown): void {
    this.trouble = isNativeError(problem)
      ? problem.message.slice(0, 200)
      : "the service ended the connection";
    this.#backoff.failed();
    this.#connectIn(this.#backoff.pauseMs);
  }
}

/** Half a character can't be part of an address. */
function wellFormed(id: string): string {
  return id.replaceAll(/\p{Surrogate}/gu, "\uFFFD");
}
