import { type IncomingMessage, request } from "node:http";
import type { ControlRecord } from "../../schemas/index.ts";
import { until } from "./poll.ts";

/** One server-sent event. */
interface PolicyEvent {
  readonly event: string;
  readonly id: string;
  readonly data: {
    readonly record?: ControlRecord;
    readonly records?: readonly { readonly record: ControlRecord }[];
  };
  readonly atMs: number;
}

/** A guard's stream, read as it comes. */
export interface PolicyStream {
  readonly status: number;
  readonly events: readonly PolicyEvent[];
  /** Whether the other side ended it, in order or not. */
  isOver(): boolean;
  /** Waits for an entry. */
  entry(what: (record: ControlRecord) => boolean, withinMs?: number): Promise<PolicyEvent>;
  close(): void;
}

interface StreamOptions {
  readonly lastEventId?: string;
  readonly token?: string;
}

/** Opens `GET /v1/policy/events` for these identities; resolves with the answer's status and its first event. */
export async function openPolicyStream(
  url: string,
  identities: readonly string[],
  { lastEventId, token }: StreamOptions = {},
): Promise<PolicyStream> {
  const query = identities.map((id) => `identity=${encodeURIComponent(id)}`).join("&");
  const asking = request(`${url}/v1/policy/events?${query}`, {
    agent: false,
    headers: {
      ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
  });
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asking.once("response", resolve).once("error", reject).end();
  });
  const events: PolicyEvent[] = [];
  let [rest, over] = ["", false];
  asking.on("error", () => undefined);
  answer.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n\n");
    rest = parts.pop() ?? "";
    for (const part of parts) events.push(eventOf(part));
  });
  for (const end of ["end", "close", "error"]) answer.on(end, () => (over = true));
  const stream: PolicyStream = {
    status: answer.statusCode ?? 0,
    events,
    isOver: () => over,
    entry: (what, withinMs) =>
      until(
        "an entry on the stream",
        () => events.find(({ data }) => data.record !== undefined && what(data.record)),
        withinMs,
      ),
    close: () => asking.destroy(),
  };
  if (stream.status === 200) await until("the first event", () => events.length > 0);
  return stream;
}

function eventOf(text: string): PolicyEvent {
  const fields = Object.fromEntries(
    text.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
  );
  const { event = "", id = "", data = "{}" } = fields;
  return { event, id, data: JSON.parse(data), atMs: performance.now() };
}
