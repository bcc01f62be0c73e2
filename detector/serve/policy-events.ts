import type { ServerResponse } from "node:http";
import type { Clock } from "../clock.ts";
import { mayGuard } from "../ingest/auth.ts";
import type { Client } from "../ingest/ports.ts";
import type { Counters } from "../telemetry.ts";
import { cursorText, reaches, readCursor } from "./cursor.ts";
import type { FeedEntry, PolicyFeed } from "./policy-feed.ts";
import { problem, type Reply } from "./reply.ts";
import type { Asked, Route } from "./route.ts";

/** Identities of one stream. */
const identitiesMax = 256;
const identityCharsMax = 512;
/** Entries that a guard may be told at once; whoever is concerned by more asks for fewer identities. */
const snapshotEntriesMax = 50_000;
/** Bytes of news that may wait for a reader beside what it was told first. */
const unsentBytesMax = 1024 * 1024;
const beatEveryMs = 5_000;
/** Beats in a row without the reader having taken anything. */
const idleBeatsMax = 3;
/** How long a guard that knows more than this process is waited for, before it is told all anew. */
const behindMs = 1_000;

export interface PolicyEventsOptions {
  readonly feed: PolicyFeed;
  readonly clock: Clock;
  readonly counters: Counters;
  /** Streams at once. */
  readonly streamsMax: number;
}

/** The streams that guards hear news by. */
export interface PolicyEvents {
  readonly route: Route;
  /** Ends all streams, and begins no more. */
  stop(): void;
}

/** `GET /v1/policy/events`: what stands and concerns some identities, and from then on each change within milliseconds. */
export function policyEvents(options: PolicyEventsOptions): PolicyEvents {
  const { feed, clock, counters, streamsMax } = options;
  const streams = new Set<Stream>();
  const ending = new AbortController();
  counters.gauge("answerable_policy_streams", () => streams.size);
  const drop = (reason: "slow" | "too_many"): void =>
    counters.count("answerable_policy_streams_cut_total", { reason });
  const unlisten = feed.listen((entry) => {
    const text = entryText(entry);
    for (const stream of streams) stream.tell(entry, text);
  });
  void beating(clock, ending.signal, () => {
    for (const stream of streams) stream.beat();
  });

  async function answer({ client, request }: Asked): Promise<Reply> {
    const identities = identitiesOf(request.url ?? "");
    const refusal = refusalOf(client, identities);
    if (refusal !== undefined) return refusal;
    if (ending.signal.aborted || streams.size >= streamsMax) {
      drop("too_many");
      return {
        status: 503,
        json: { error: `${String(streamsMax)} streams are open; try again later` },
        headers: { "retry-after": "5" },
      };
    }
    const from = readCursor(headerOf(request.headers["last-event-id"]));
    for (const untilMs = clock.elapsedMs() + behindMs; from !== undefined; await clock.sleep(50)) {
      await feed.refresh();
      if (reaches(feed.cursor(), from) || clock.elapsedMs() > untilMs) break;
    }
    const wanted = new Set(identities);
    const shelf = feed.shelf(client.tenant);
    const standing = (): readonly FeedEntry[] => shelf.standing(wanted, clock.nowMs() * 1000);
    const many = standing().length;
    if (many > snapshotEntriesMax)
      return problem(
        413,
        `${String(many)} decisions concern these identities, and a stream begins with ${String(snapshotEntriesMax)} at most; ask for fewer identities`,
      );
    const concerns = ({ record }: FeedEntry): boolean =>
      record.tenant === client.tenant && shelf.concerns(record, wanted);
    return {
      status: 200,
      type: "text/event-stream; charset=utf-8",
      // Nothing is awaited between reading what stands and being told the news, so that nothing falls in between.
      stream: (response) => {
        const missed = from === undefined ? undefined : feed.since(from);
        const first =
          missed === undefined
            ? eventText("snapshot", cursorText(feed.cursor()), { records: standing().map(wireOf) })
            : missed.filter(concerns).map(entryText).join("") + beatText(feed);
        const stream = new Stream(response, feed, concerns, () => drop("slow"));
        streams.add(stream);
        response.once("close", () => streams.delete(stream));
        stream.begin(first);
      },
    };
  }

  return {
    route: { method: "GET", path: "/v1/policy/events", permission: "guard", answer },
    stop() {
      ending.abort();
      unlisten();
      for (const stream of streams) stream.end();
    },
  };
}

/** One guard that listens. */
class Stream {
  readonly #response: ServerResponse;
  readonly #feed: PolicyFeed;
  readonly #concerns: (entry: FeedEntry) => boolean;
  readonly #onSlow: () => void;
  /** What it may leave untaken: more until it has taken what it was told first. */
  #unsentMax = unsentBytesMax;
  #idleBeats = 0;

  constructor(
    response: ServerResponse,
    feed: PolicyFeed,
    concerns: (entry: FeedEntry) => boolean,
    onSlow: () => void,
  ) {
    this.#response = response;
    this.#feed = feed;
    this.#concerns = concerns;
    this.#onSlow = onSlow;
    response.on("drain", () => {
      this.#unsentMax = unsentBytesMax;
      this.#idleBeats = 0;
    });
  }

  begin(text: string): void {
    this.#unsentMax += Buffer.byteLength(text);
    this.#write(text);
  }

  tell(entry: FeedEntry, text: string): void {
    if (this.#concerns(entry)) this.#write(text);
  }

  beat(): void {
    this.#idleBeats = this.#response.writableNeedDrain ? this.#idleBeats + 1 : 0;
    if (this.#idleBeats >= idleBeatsMax) this.#cut();
    else this.#write(beatText(this.#feed));
  }

  end(): void {
    this.#response.end();
  }

  #write(text: string): void {
    if (this.#response.destroyed || this.#response.writableEnded) return;
    if (this.#response.writableLength > this.#unsentMax) this.#cut();
    else this.#response.write(text);
  }

  /** Whoever comes back says where it was, and is told the rest. */
  #cut(): void {
    this.#onSlow();
    this.#response.destroy();
  }
}

async function beating(clock: Clock, signal: AbortSignal, beat: () => void): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(beatEveryMs, signal);
    if (!signal.aborted) beat();
  }
}

function identitiesOf(url: string): readonly string[] {
  return new URLSearchParams(url.split("?", 2)[1] ?? "").getAll("identity");
}

function refusalOf(client: Client, identities: readonly string[]): Reply | undefined {
  if (identities.length === 0 || identities.length > identitiesMax)
    return problem(
      400,
      `name the identities you guard: ?identity=…&identity=…, 1 to ${String(identitiesMax)}`,
    );
  if (identities.some((id) => id === "" || id.length > identityCharsMax))
    return problem(400, `an identity has 1 to ${String(identityCharsMax)} characters`);
  const other = identities.find((id) => !mayGuard(client, id));
  if (other === undefined) return undefined;
  return problem(403, `${client.name} may not speak for ${other}; its entry in http.clients says for whom`);
}

const headerOf = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

const wireOf = ({ position, record }: FeedEntry): object => ({ position, record });

const entryText = (entry: FeedEntry): string => eventText("entry", cursorText(entry.cursor), wireOf(entry));

const beatText = (feed: PolicyFeed): string => eventText("beat", cursorText(feed.cursor()), {});

/** JSON holds no line break of its own, so that one line is one value. */
function eventText(event: string, id: string, data: object): string {
  return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}
